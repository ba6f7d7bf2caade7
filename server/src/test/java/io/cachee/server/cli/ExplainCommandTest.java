package io.cachee.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code cachee explain} and CACHEE.EXPLAIN without an L2. */
final class ExplainCommandTest {
    private final TestSidecar sidecar = TestSidecar.start();
    private final RespClient client = sidecar.connect();

    ExplainCommandTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        client.close();
        sidecar.close();
    }

    private String explain(String key) throws IOException {
        StringBuilder lines = new StringBuilder();
        client.call("CACHEE.EXPLAIN", key)
                .items()
                .forEach(line -> lines.append(line.string()).append('\n'));
        return lines.toString();
    }

    @Test
    void aKeyThatIsHeldIsAHit() throws Exception {
        client.call("SET", "k", "value");
        assertThat(explain("k"))
                .startsWith(
                        "answer: hit\nvalue: 5 bytes\nexpiry: never\npolicy: cachee-lfu, 0 uses noted, on probation\n");
        client.call("PEXPIRE", "k", "100000");
        assertThat(explain("k")).containsPattern("expiry: in (99\\.\\d|100\\.0) s\n");
    }

    @Test
    void explainingIsNoUse() throws Exception {
        client.call("SET", "k", "value");
        for (int i = 0; i < 5; i++) {
            assertThat(explain("k")).contains(" 0 uses noted").doesNotContain("reads: ");
        }
        client.call("GET", "k");
        assertThat(explain("k")).contains(" 1 uses noted", "reads: one of the hottest keys, with about 1 reads\n");
        assertThat(client.ask("INFO stats").string()).contains("keyspace_hits:1\r\n", "keyspace_misses:0\r\n");
    }

    @Test
    void aKeyThatWasNeverThereIsAMiss() throws Exception {
        assertThat(explain("nothing")).isEqualTo("""
            answer: miss, because there is no such key
            policy: cachee-lfu
            history: not among the keys that were evicted not long ago
            """);
    }

    @Test
    void aKeyThatHasExpiredIsAMiss() throws Exception {
        client.call("SET", "k", "v", "PX", "1");
        Await.until("it has expired", () -> client.call("EXISTS", "k").number() == 0);
        // Until its space is taken back, the time is known.
        assertThat(explain("k"))
                .containsAnyOf("miss, because the key has expired\n", "miss, because there is no such key\n");
    }

    @Test
    void evictedAndRefusedKeysAreRemembered() throws Exception {
        int keys = 40_000;
        String value = "x".repeat(1_000);
        for (int from = 0; from < keys; from += 100) {
            for (int i = from; i < from + 100; i++) {
                client.send("SET", "k:" + i, value);
            }
            for (int i = 0; i < 100; i++) {
                client.reply();
            }
        }
        int remembered = 0;
        for (int i = 0; i < keys; i++) {
            if (explain("k:" + i).contains("history: probably evicted not long ago\n")) {
                remembered++;
            }
        }
        assertThat(remembered).isGreaterThan(1_000);
        client.call("SET", "large", "x".repeat(1_500_000));
        assertThat(client.call("EXISTS", "large")).hasToString(":0");
        assertThat(explain("large"))
                .contains("history: probably evicted, or refused because it is large, not long ago\n");
    }

    @Test
    void theRulesOfUsersApply() throws Exception {
        client.call("ACL", "SETUSER", "reader", "on", "nopass", "+@all", "~mine:*");
        try (RespClient reader = sidecar.connect()) {
            reader.call("AUTH", "reader", "any");
            assertThat(reader.call("CACHEE.EXPLAIN", "mine:1").isError()).isFalse();
            assertThat(reader.call("CACHEE.EXPLAIN", "others:1").string()).startsWith("NOPERM");
        }
    }

    @Test
    void theCommandLineShowsTheSame() throws Exception {
        client.call("SET", "a \"key\"", "value");
        String target = "127.0.0.1:" + sidecar.port();
        CommandLineRun text = CommandLineRun.of("explain", "--target", target, "a \"key\"");
        assertThat(text.err()).isEmpty();
        assertThat(text.out()).startsWith("answer: hit\nvalue: 5 bytes\n");
        CommandLineRun json = CommandLineRun.of("explain", "--target", target, "--format", "json", "a \"key\"");
        assertThat(json.out()).startsWith("""
            {
              "key": "a \\"key\\"",
              "answer": "hit",
              "value": "5 bytes",
            """).endsWith("\n}\n");
        assertThat(CommandLineRun.of("explain", "--target", target).exitCode()).isEqualTo(2);
    }
}
