package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.NearCache;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes that are told in L2, by a stream and by versions, to sidecars before a real server. */
@SuppressWarnings("NullAway.Init")
final class ChangeEventsTest {
    private static final int PODS = 3;

    private RedisServerProcess redis;
    private RespClient direct;
    private final List<TestSidecar> pods = new ArrayList<>();
    private final List<RespClient> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        direct = redis.connect();
        for (int i = 0; i < 10; i++) {
            direct.call("SET", "product:" + i, "old");
            direct.call("SET", "user:" + i, "old");
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (RespClient client : clients) {
            client.close();
        }
        for (TestSidecar pod : pods) {
            pod.close();
        }
        direct.close();
        redis.close();
    }

    private void startPods(L2Options link) throws Exception {
        for (int i = 0; i < PODS; i++) {
            TestSidecar pod = TestSidecar.with().before(link).startCoherent();
            pods.add(pod);
            clients.add(pod.connect());
        }
    }

    private L2Options link() {
        return L2Options.of("redis://127.0.0.1:" + redis.port());
    }

    private void readEverywhere(String... keys) throws Exception {
        for (RespClient client : clients) {
            for (String key : keys) {
                client.call("GET", key);
            }
        }
    }

    private void awaitEverywhere(String key, boolean isThere) throws Exception {
        for (RespClient client : clients) {
            Await.until(
                    key + " is as it should be", () -> client.call("GET", key).isNull() != isThere);
        }
    }

    private void awaitEmptyStream() throws Exception {
        Await.until(
                "all entries are finished",
                () -> direct.call("XLEN", "cachee:events").number() == 0);
    }

    private long sum(java.util.function.ToLongFunction<NearCache> count) {
        return pods.stream()
                .mapToLong(pod -> count.applyAsLong(pod.proxy().nearCache()))
                .sum();
    }

    @Test
    void aKeyThatIsToldOfIsGoneEverywhere() throws Exception {
        startPods(link());
        readEverywhere("product:1", "product:2");
        direct.call("XADD", "cachee:events", "*", "key", "product:1");
        awaitEverywhere("product:1", false);
        awaitEverywhere("product:2", true);
        awaitEmptyStream();
        for (int i = 0; i < 250; i++) {
            direct.send("XADD", "cachee:events", "*", "key", "product:2", "key", "product:3");
        }
        for (int i = 0; i < 250; i++) {
            direct.reply();
        }
        awaitEmptyStream();
        assertThat(sum(nearCache -> nearCache.events().applied())).isEqualTo(251);
        assertThat(direct.call("EXISTS", "product:1", "product:2", "product:3").number())
                .isZero();
        assertThat(direct.call("XPENDING", "cachee:events", "cachee").item(0).number())
                .isZero();
    }

    @Test
    void isToldTheSameWhereClientsSpeakTheNewerProtocol() throws Exception {
        startPods(link());
        for (RespClient client : clients) {
            client.call("HELLO", 3);
            client.call("LLEN", "a list");
        }
        readEverywhere("product:1", "user:1", "user:2");
        direct.call("XADD", "cachee:events", "*", "key", "product:1");
        direct.call("XADD", "cachee:events", "*", "prefix", "user:1");
        awaitEmptyStream();
        awaitEverywhere("product:1", false);
        awaitEverywhere("user:1", false);
        awaitEverywhere("user:2", true);
    }

    @Test
    void whatWasToldWhileNoSidecarListenedIsDoneLater() throws Exception {
        direct.call("XADD", "cachee:events", "*", "key", "product:1");
        startPods(link());
        awaitEmptyStream();
        awaitEverywhere("product:1", false);
    }

    @Test
    void whatAnotherTookAndDidNotFinishIsTakenOver() throws Exception {
        direct.call("XADD", "cachee:events", "*", "key", "product:1");
        direct.call("XGROUP", "CREATE", "cachee:events", "cachee", "0");
        direct.call("XREADGROUP", "GROUP", "cachee", "sidecar", "STREAMS", "cachee:events", ">");
        startPods(link());
        awaitEmptyStream();
        awaitEverywhere("product:1", false);
    }

    @Test
    void forgetsThatAKeyWasAbsent() throws Exception {
        startPods(link());
        readEverywhere("product:new");
        direct.call("XADD", "cachee:events", "*", "key", "product:new");
        awaitEmptyStream();
        long before = sum(ChangeEventsTest::loads);
        Await.until("every pod has asked again", () -> {
            readEverywhere("product:new");
            return sum(ChangeEventsTest::loads) == before + PODS;
        });
    }

    private static long loads(NearCache nearCache) {
        return nearCache.keyspaces().all().stream()
                .mapToLong(keyspace -> keyspace.sum(KeyspaceCounter.LOADS))
                .sum();
    }

    @Test
    void aKeyspaceThatIsToldOfIsGoneEverywhere() throws Exception {
        startPods(link());
        readEverywhere("product:1", "product:absent", "user:1");
        direct.call("XADD", "cachee:events", "*", "keyspace", "product");
        awaitEmptyStream();
        awaitEverywhere("product:1", false);
        awaitEverywhere("user:1", true);
        assertThat(direct.call("KEYS", "product:*").items()).isEmpty();
        assertThat(direct.call("HGET", "cachee:versions", "product").string()).isEqualTo("1");
    }

    @Test
    void tellsOfWhatItDoesNotUnderstandAndLeavesNothingBehind() throws Exception {
        startPods(link());
        direct.call("XADD", "cachee:events", "*", "what", "product:1");
        direct.call("XADD", "cachee:events", "*", "key", "");
        awaitEmptyStream();
        assertThat(sum(nearCache -> nearCache.events().rejected())).isEqualTo(2);
        awaitEverywhere("product:1", true);
    }

    @Test
    void aVersionThatIsRaisedHasEverySidecarLoadAnew() throws Exception {
        startPods(link());
        readEverywhere("product:1", "user:1");
        long before = sum(ChangeEventsTest::loads);
        direct.call("HINCRBY", "cachee:versions", "product", 1);
        for (RespClient client : clients) {
            long own = sum(ChangeEventsTest::loads);
            Await.until("it is loaded anew", () -> {
                client.call("GET", "product:1");
                return sum(ChangeEventsTest::loads) > own;
            });
            client.call("GET", "user:1");
        }
        // All keys are of one keyspace here, for none is configured.
        assertThat(sum(ChangeEventsTest::loads)).isEqualTo(before + 2 * PODS);
    }

    @Test
    void hearsOfBothWhereOnlyPrefixesAreTracked() throws Exception {
        L2Options usual = link();
        startPods(new L2Options(
                usual.uri(),
                null,
                false,
                NearCache.prefixes(List.of("product:", "user:")),
                null,
                null,
                null,
                "cachee",
                1_000,
                2_000,
                500,
                1_000,
                1_000,
                1 << 20,
                50,
                500,
                5,
                8 << 20));
        readEverywhere("product:1", "product:2");
        direct.call("XADD", "cachee:events", "*", "key", "product:1");
        awaitEmptyStream();
        awaitEverywhere("product:1", false);
        direct.call("HINCRBY", "cachee:versions", "*", 1);
        long before = sum(ChangeEventsTest::loads);
        Await.until("it is loaded anew", () -> {
            clients.get(0).call("GET", "product:2");
            return sum(ChangeEventsTest::loads) > before;
        });
    }

    @Test
    void purgesAPrefixWhenAClientSaysSo() throws Exception {
        startPods(link());
        for (int i = 0; i < 3_000; i++) {
            direct.send("SET", "product:[" + i, "v");
        }
        for (int i = 0; i < 3_000; i++) {
            direct.reply();
        }
        readEverywhere("product:[1", "product:1");
        RespClient client = clients.get(0);
        client.send("CACHEE.PURGE", "product:[");
        client.send("GET", "product:[1");
        assertThat(client.reply().number()).isEqualTo(3_000);
        assertThat(client.reply().isNull()).isTrue();
        awaitEverywhere("product:[1", false);
        awaitEverywhere("product:1", true);
        assertThat(client.call("CACHEE.PURGE", "").text()).contains("empty");
        assertThat(client.call("CACHEE.PURGE", "nothing").number()).isZero();
    }
}
