package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** CACHEE.EXPLAIN before an L2. */
final class ExplanationsTest {
    private static final String KEYSPACE = "keyspace: default, bounded, at most 60.0 s in L1, absence at most 5.0 s\n";

    private RedisServerProcess redis;
    private TestSidecar sidecar;
    private RespClient direct;
    private RespClient client;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        sidecar = TestSidecar.before("redis://127.0.0.1:" + redis.port());
        direct = redis.connect();
        client = sidecar.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        direct.close();
        sidecar.close();
        redis.close();
    }

    private String explain(String key) throws IOException {
        StringBuilder lines = new StringBuilder();
        client.call("CACHEE.EXPLAIN", key)
                .items()
                .forEach(line -> lines.append(line.string()).append('\n'));
        return lines.toString();
    }

    @Test
    void aKeyThatWasNotReadIsAMissUntilItIs() throws Exception {
        direct.call("SET", "k", "value", "PX", "100000");
        assertThat(explain("k"))
                .startsWith("answer: miss, because L1 holds nothing for the key; it would be loaded from L2\n")
                .contains(KEYSPACE, "policy: cachee-lfu\n")
                .containsPattern("L2: holds the key, for another (99\\.\\d|100\\.0) s\n");
        client.call("GET", "k");
        assertThat(explain("k"))
                .startsWith("answer: hit, because L1 holds a value\nvalue: 5 bytes, loaded ")
                .containsPattern("fresh: for another \\d\\d\\.\\d s\n")
                .containsPattern("expiry: in \\d+\\.\\d s\n")
                .containsPattern("feed: generation \\d+ vouches for it: L2 would report a change\n");
        direct.call("SET", "k", "other");
        Await.until("the change is known", () -> explain("k").startsWith("answer: miss"));
    }

    @Test
    void anAbsenceThatIsKnownIsAHit() throws Exception {
        client.call("GET", "nothing");
        assertThat(explain("nothing"))
                .startsWith("answer: hit, because L1 knows that the key does not exist\nvalue: none (negative entry), ")
                .contains("L2: has no such key\n");
    }

    @Test
    void aLeaseIsSeen() throws Exception {
        client.call("CACHEE.LEASE", "k", "PX", "100000");
        assertThat(explain("k")).contains("L2: holds a lease: a client is filling the key");
    }

    @Test
    void otherTypesAndDatabasesAreForwarded() throws Exception {
        direct.call("LPUSH", "list", "v");
        assertThat(explain("list")).contains("L2: holds something that GET does not read, without an expiry\n");
        client.call("SELECT", "3");
        assertThat(explain("list")).isEqualTo("""
            answer: miss, because L1 keeps database 0 alone; reads are forwarded to L2
            L2: has no such key
            """);
    }

    @Test
    void withoutAFeedNothingVouches() throws Exception {
        direct.call("SET", "k", "value");
        client.call("GET", "k");
        direct.close();
        redis.stop();
        Await.until(
                "the feed is gone",
                () -> explain("k").contains("feed: nothing vouches for it: L2 reports no changes now; it is of"));
        assertThat(explain("k"))
                .startsWith("answer: miss, because the value in L1 is stale; it is served only if L2 does not answer\n")
                .contains("L2: does not answer: ");
    }
}
