package io.cachee.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TraceParserTest {
    @TempDir
    private Path directory = Path.of("");

    private Trace read(String text) throws IOException {
        return Trace.read(Files.writeString(directory.resolve("some.trace"), text));
    }

    @Test
    void numbersKeysInTheOrderOfTheirFirstRequest() throws IOException {
        Trace trace = read("9223372036854775807\n0\n9223372036854775807\n5");
        assertThat(trace.requests()).containsExactly(0, 1, 0, 2);
        assertThat(trace.key(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(trace.key(2)).isEqualTo(5);
        assertThat(trace.hasSizes()).isFalse();
        assertThat(trace.nextUses()).containsExactly(2, 5, 4, 6);
    }

    @Test
    void takesTheFirstSizeOfAKeyAndCountsTheOthers() throws IOException {
        Trace trace = read("1,10\r\n2,20\r\n1,30\r\n");
        assertThat(trace.sizes()).containsExactly(10, 20);
        assertThat(trace.resized()).isEqualTo(1);
    }

    @Test
    void keepsManyKeysApart() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (long i = 0; i < 50_000; i++) {
            lines.append(i << 32).append('\n');
        }
        assertThat(read(lines.toString()).uniqueKeys()).isEqualTo(50_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "1;2;three          | 3 | expected 'key' or 'key,size_in_bytes' in decimal, found 'three'",
                "1;;2               | 2 | found ''",
                "-1                 | 1 | found '-1'",
                "1,2;3,             | 2 | found '3,'",
                "1,2,3              | 1 | found '1,2,3'",
                ",2                 | 1 | found ',2'",
                "1,2;3              | 2 | '3' has no size, the lines before have one",
                "1;3,4              | 2 | '3,4' has a size, the lines before have none",
                "9223372036854775808| 1 | a key is at most 9223372036854775807",
                "1,9999999999999    | 1 | a size is at most 1099511627776",
                "1 2                | 1 | found '1 2'"
            })
    void namesFileAndLineOfWhatIsNoRequest(String lines, long line, String problem) {
        assertThatThrownBy(() -> read(lines.replace(';', '\n')))
                .isInstanceOfSatisfying(
                        TraceFormatException.class, e -> assertThat(e.line()).isEqualTo(line))
                .hasMessageContaining("some.trace:" + line + ": ")
                .hasMessageContaining(problem);
    }

    @Test
    void refusesAnEmptyTraceAndABinaryFile() {
        assertThatThrownBy(() -> read("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> read("\u0000\u0001".repeat(500))).hasMessageContaining("at most 63 characters");
    }

    @Test
    void refusesABrokenArchiveAsInputAndOutputGoes() throws IOException {
        Path file = Files.write(directory.resolve("cut.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0});
        assertThatThrownBy(() -> Trace.read(file)).isInstanceOf(IOException.class);
    }
}
