package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class LogTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Log log = new Log(new PrintStream(bytes, true, UTF_8));

    private String said() {
        return bytes.toString(UTF_8);
    }

    @Test
    void writesALineForEachEvent() {
        log.info("one");
        log.warn("two");
        log.error("three", null);
        assertThat(said().lines()).hasSize(3);
        assertThat(said())
                .containsPattern("(?m)^\\d{4}-\\d\\d-\\d\\dT\\S+Z INFO one$")
                .contains(" WARN two", " ERROR three");
    }

    @Test
    void escapesWhatATerminalOrAReaderOfLinesWouldObey() {
        log.info("a\r\nb\tc\0d\u001b[2Je\u007ff\u009bg\u2028h\u202ei");
        assertThat(said().lines())
                .singleElement()
                .asString()
                .endsWith("a\\x0d\\x0ab\\x09c\\x00d\\x1b[2Je\\x7ff\\x9bg\\u2028h\\u202ei");
    }

    @Test
    void noMessageOfAnExceptionPassesForALine() {
        log.error("failed", new IllegalStateException("x\n2030-01-01T00:00:00Z INFO all is well\u001b[2J"));
        assertThat(said().lines().filter(line -> !line.startsWith("    "))).hasSize(1);
        assertThat(said())
                .contains("ERROR failed: java.lang.IllegalStateException: x\\x0a2030")
                .doesNotContain("\u001b");
    }
}
