package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.store.StoreReader;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisCluster;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A published store before an L2: who reads its file directly is given what L2 vouches for, and nothing else. */
final class ShmBeforeL2Test {
    @TempDir
    private Path directory = Path.of("");

    private SidecarProcess start(String l2, String... more) throws Exception {
        String[] flags = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("--shm=" + directory, "--l2=" + l2), java.util.Arrays.stream(more))
                .toArray(String[]::new);
        SidecarProcess sidecar = SidecarProcess.launch(directory, flags).awaitReady();
        try (RespClient client = sidecar.connect()) {
            Await.until(
                    "L2 is coherent", () -> client.call("INFO", "l2").string().contains("l2_state:coherent"));
        }
        return sidecar;
    }

    private StoreReader attach() throws Exception {
        return StoreReader.attach(directory.resolve("cachee.shm"));
    }

    private static boolean holds(StoreReader reader, String key, String value) {
        byte[] found = reader.get(key.getBytes(UTF_8));
        return found != null && new String(found, UTF_8).equals(value);
    }

    private static boolean isMissing(StoreReader reader, String key) {
        return reader.get(key.getBytes(UTF_8)) == null;
    }

    @Test
    void readersFollowL2AndLoseWhatItDoesNotVouchFor() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                RespClient direct = redis.connect();
                SidecarProcess sidecar = start("redis://127.0.0.1:" + redis.port());
                RespClient client = sidecar.connect();
                StoreReader reader = attach()) {
            direct.call("SET", "user:1", "first");
            direct.call("SET", "user:2", "other");
            assertThat(isMissing(reader, "user:1")).isTrue();
            client.call("MGET", "user:1", "user:2", "user:absent");
            assertThat(holds(reader, "user:1", "first")).isTrue();
            assertThat(isMissing(reader, "user:absent")).isTrue();
            long copy = reader.coherence("user:1".getBytes(UTF_8));

            direct.call("SET", "user:1", "second");
            Await.until("the old value is gone", () -> isMissing(reader, "user:1"));
            assertThat(reader.isCurrent("user:1".getBytes(UTF_8), copy)).isFalse();
            client.call("GET", "user:1");
            assertThat(holds(reader, "user:1", "second")).isTrue();

            direct.call("HINCRBY", "cachee:versions", "user", 1);
            Await.until("the keyspace is outdated", () -> isMissing(reader, "user:2"));
            client.call("MGET", "user:1", "user:2");
            assertThat(holds(reader, "user:2", "other")).isTrue();

            long copyOfAll = reader.coherence("any".getBytes(UTF_8));
            redis.stop();
            Await.until("nobody vouches for it", () -> isMissing(reader, "user:2"));
            assertThat(reader.isCurrent("any".getBytes(UTF_8), copyOfAll)).isFalse();
            assertThat(client.call("GET", "user:2").string()).isEqualTo("other");
            assertThat(isMissing(reader, "user:2")).isTrue();
        }
    }

    @Test
    void aSidecarThatWasKilledIsFollowedByOneThatLoadsItsKeysAnew() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                RespClient direct = redis.connect()) {
            String uri = "redis://127.0.0.1:" + redis.port();
            for (int i = 0; i < 100; i++) {
                direct.call("SET", "k" + i, "before");
            }
            try (SidecarProcess first = start(uri);
                    RespClient client = first.connect()) {
                for (int i = 0; i < 100; i++) {
                    client.call("GET", "k" + i);
                }
                first.kill();
            }
            for (int i = 0; i < 100; i++) {
                direct.call("SET", "k" + i, "after");
            }
            try (SidecarProcess second = start(uri, "--prewarm-timeout=20s");
                    StoreReader reader = attach()) {
                assertThat(second.log()).contains("warmed 100 of 100 keys");
                for (int i = 0; i < 100; i++) {
                    assertThat(holds(reader, "k" + i, "after")).isTrue();
                }
            }
        }
    }

    @Test
    void readersFollowTheSlotsOfACluster() throws Exception {
        try (RedisCluster cluster = RedisCluster.start();
                SidecarProcess sidecar = start(
                        "redis-cluster://127.0.0.1:" + cluster.nodes().get(0).port());
                RespClient client = sidecar.connect();
                StoreReader reader = attach()) {
            int keys = 60;
            for (int i = 0; i < keys; i++) {
                assertThat(client.call("SET", "k" + i, "v" + i).string()).isEqualTo("OK");
                assertThat(client.call("GET", "k" + i).string()).isEqualTo("v" + i);
                assertThat(holds(reader, "k" + i, "v" + i)).as("k" + i).isTrue();
            }
            var master = cluster.masterOf("k1");
            master.server().stop();
            Await.until("nobody vouches for its keys", () -> isMissing(reader, "k1"));
            int others = 0;
            for (int i = 0; i < keys; i++) {
                others += holds(reader, "k" + i, "v" + i) ? 1 : 0;
            }
            assertThat(others).isBetween(1, keys - 1);
        }
    }
}
