package io.cachee.l2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RedisSentinels;
import io.cachee.testkit.RedisServerOptions;
import io.cachee.testkit.RedisServerProcess;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class SentinelTest {
    private static final String PASSWORD = "of-the-primary";

    private static L2Options options(RedisSentinels sentinels, boolean readFromReplicas) {
        String hosts = sentinels.sentinels().stream()
                .map(sentinel -> "127.0.0.1:" + sentinel.port())
                .collect(Collectors.joining(","));
        return L2Options.builder("redis-sentinel://" + hosts + "/#" + RedisSentinels.NAME)
                .password(PASSWORD)
                .readFromReplicas(readFromReplicas)
                .deadlineMillis(5_000)
                .heartbeatMillis(200)
                .silenceMillis(400)
                .retryMillis(10, 100)
                .breakerFailures(1_000)
                .build();
    }

    @Test
    void findsThePrimaryAndTheOneAfterIt() throws Exception {
        try (RedisSentinels sentinels =
                        RedisSentinels.start(RedisServerOptions.defaults().password(PASSWORD));
                LinkUnderTest link = new LinkUnderTest(options(sentinels, false));
                LinkUnderTest reader = new LinkUnderTest(options(sentinels, true))) {
            link.awaitCoherent();
            RedisServerProcess first = sentinels.primary();
            assertThat(link.l2.status().nodes().getFirst().name()).isEqualTo("127.0.0.1:" + first.port());
            assertThat(link.set("key", "value")).isEqualTo("+OK\r\n");
            assertThat(link.get("key")).isEqualTo("$5\r\nvalue\r\n");
            int generation = link.l2.generation(0);

            reader.awaitCoherent();
            Await.until("a replica has it", () -> reader.get("key").equals("$5\r\nvalue\r\n"));
            assertThat(reader.set("key", "from elsewhere")).isEqualTo("+OK\r\n");
            reader.awaitEvent("invalidated key");

            RedisServerProcess second = sentinels.failover();
            Await.until(
                    "the new primary takes writes", () -> link.set("key", "new").equals("+OK\r\n"));
            link.awaitCoherent();
            assertThat(second.call("GET", "key").string()).isEqualTo("new");
            assertThat(link.l2.generation(0)).isNotIn(0, generation);
            assertThat(link.l2.status().nodes().getFirst().name()).isEqualTo("127.0.0.1:" + second.port());

            // One that becomes a replica without a word says so when it is written to.
            RedisServerProcess third = sentinels.servers().stream()
                    .filter(server -> server != first && server != second)
                    .findFirst()
                    .orElseThrow();
            second.call("REPLICAOF", third.host(), third.port());
            assertThat(link.set("key", "refused")).startsWith("-READONLY");
            link.awaitEvent("ended");
        }
    }
}
