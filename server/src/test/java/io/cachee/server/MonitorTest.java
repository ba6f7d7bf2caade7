package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** MONITOR, and what it and SLOWLOG show of passwords, as in Redis. */
final class MonitorTest {
    private static final String SECRET = "hunter2";

    private final TestSidecar sidecar = TestSidecar.start();
    private final RespClient monitor = sidecar.connect();
    private final RespClient other = sidecar.connect();

    MonitorTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        monitor.close();
        other.close();
        sidecar.close();
    }

    private String line() throws IOException {
        return monitor.message().string().replaceFirst("^\\d+\\.\\d+ \\[\\d+ [^]]*] ", "");
    }

    @Test
    void aSecondOneIsLeftUnanswered() throws Exception {
        assertThat(monitor.call("MONITOR")).hasToString("+OK");
        monitor.send("MONITOR");
        other.call("SET", "k", "v");
        assertThat(line()).isEqualTo("\"SET\" \"k\" \"v\"");
    }

    @Test
    void noLineComesAfterReset() throws Exception {
        for (int round = 0; round < 50; round++) {
            assertThat(monitor.call("MONITOR")).hasToString("+OK");
            List<byte[]> requests = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                requests.add(RespClient.encode("SET", "k" + i, "v"));
            }
            for (byte[] request : requests) {
                other.sendRaw(request);
            }
            monitor.send("RESET");
            String next = monitor.message().string();
            while (!next.equals("RESET")) {
                assertThat(next).contains("\"SET\"");
                next = monitor.message().string();
            }
            for (int i = 0; i < requests.size(); i++) {
                other.reply();
            }
            assertThat(monitor.call("ECHO", "round " + round)).hasToString("$round " + round);
        }
    }

    @Test
    void secretsAloneAreHidden() throws Exception {
        other.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
        monitor.call("MONITOR");
        other.call("AUTH", SECRET);
        assertThat(line()).isEqualTo("\"AUTH\" \"(redacted)\"");
        other.call("HELLO", "3", "AUTH", "default", SECRET, "SETNAME", "me");
        // A password with a space in it may look like an option.
        assertThat(line()).isEqualTo("\"HELLO\" \"3\" \"AUTH\"" + " \"(redacted)\"".repeat(4));
        other.call("HELLO", "2");
        other.call("CONFIG", "SET", "slowlog-max-len", "100", "masterauth", SECRET, "requirepass", SECRET);
        other.call("CONFIG", "SET", "slowlog-max-len", "100");
        other.call("ACL", "SETUSER", "alice", "on", ">" + SECRET);
        String slow = other.call("SLOWLOG", "GET", "-1").toString();
        assertThat(slow)
                .contains("SET, $slowlog-max-len, $100, $masterauth, $(redacted), $requirepass, $(redacted)]")
                .contains("SET, $slowlog-max-len, $100]")
                .contains("SETUSER, $(redacted), $(redacted), $(redacted)]")
                .doesNotContain(SECRET);
    }

    @Test
    void clientListNamesTheSubcommand() throws Exception {
        assertThat(other.call("CLIENT", "LIST").string()).contains(" cmd=client|list ");
    }
}
