package io.cachee.server.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.nearcache.FleetList;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.WarmUp;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.Direction;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.RedisCluster;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a new pod loads before it says that it is ready. */
final class WarmUpTest {
    private static final int KEYS = 500;
    private static final long PATIENCE_MILLIS = 20_000;

    private RedisServerProcess redis;
    private FaultProxy proxy;
    private RespClient direct;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        proxy = FaultProxy.start(redis.port());
        direct = redis.connect();
        for (int i = 0; i < KEYS; i++) {
            direct.call("SET", "item:" + i, "value " + i);
            direct.call("ZADD", "{cachee:hot:shop}", i, "item:" + i);
        }
    }

    @AfterEach
    void stop() throws Exception {
        direct.close();
        proxy.close();
        redis.close();
    }

    private static L2Options link(int port, String user, int mostReplyBytes) {
        return new L2Options(
                "redis://" + user + "127.0.0.1:" + port,
                null,
                false,
                List.of(),
                null,
                null,
                null,
                "cachee",
                30_000,
                30_000,
                30_000,
                30_000,
                10_000,
                1 << 20,
                5,
                50,
                5,
                mostReplyBytes);
    }

    private static TestSidecar before(L2Options link) throws Exception {
        return TestSidecar.with().before(link).startCoherent();
    }

    private TestSidecar pod() throws Exception {
        return before(link(proxy.port(), "", 8 << 20));
    }

    private static WarmUp.Result warm(TestSidecar pod, List<byte[]> own) {
        NearCache nearCache = nearCacheOf(pod);
        return new WarmUp(nearCache, new FleetList(nearCache.l2(), "shop"), own).run(1_000, PATIENCE_MILLIS);
    }

    private static NearCache nearCacheOf(TestSidecar pod) {
        return pod.proxy().nearCache();
    }

    private long calls(String command) throws Exception {
        String stats = direct.call("INFO", "commandstats").string();
        return stats.lines()
                .filter(line -> line.startsWith("cmdstat_" + command + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^=]*=(\\d+).*", "$1")))
                .sum();
    }

    /** How many single items L2 has been asked for. The link's own probe sends a GET at times, which does not count. */
    private long getsOfItems(RespClient monitor) throws Exception {
        direct.call("ECHO", "all is seen");
        long gets = 0;
        String seen = "";
        while (!seen.contains("all is seen")) {
            gets += seen.contains("\"GET\" \"item:") ? 1 : 0;
            seen = monitor.reply().string();
        }
        return gets;
    }

    @Test
    void loadsManyKeysWithFewRequestsAndServesThemAfterwards() throws Exception {
        direct.call("PEXPIRE", "item:7", 20_000);
        direct.call("DEL", "item:8");
        direct.call("DEL", "item:9");
        direct.call("LPUSH", "item:9", "element");
        direct.call("SET", "item:10", "");
        try (RespClient monitor = redis.connect();
                TestSidecar pod = pod();
                RespClient client = pod.connect()) {
            monitor.call("MONITOR");
            WarmUp.Result result = warm(pod, List.of());
            assertThat(result.problem()).isEmpty();
            assertThat(result.wanted()).isEqualTo(KEYS);
            assertThat(result.loaded()).isEqualTo(KEYS - 2);
            assertThat(calls("mget")).isBetween(4L, 20L);
            for (int i = 0; i < KEYS; i++) {
                if (i != 8 && i != 9) {
                    assertThat(client.call("GET", "item:" + i).string()).isEqualTo(i == 10 ? "" : "value " + i);
                }
            }
            assertThat(getsOfItems(monitor)).isZero();
            assertThat(client.call("PTTL", "item:7").number()).isBetween(1L, 20_000L);
            assertThat(client.call("GET", "item:8")).hasToString("$nil");
            assertThat(client.call("GET", "item:9").string()).startsWith("WRONGTYPE");
            assertThat(nearCacheOf(pod).loadsInFlight()).isZero();
        }
    }

    @Test
    void loadsKeyByKeyWhatIsTooMuchTogether() throws Exception {
        String large = "v".repeat(100_000);
        for (int i = 0; i < 20; i++) {
            direct.call("SET", "item:" + i, large);
        }
        direct.call("SET", "item:20", "v".repeat(2_000_000));
        try (TestSidecar pod = before(link(proxy.port(), "", 1 << 20))) {
            WarmUp.Result result = warm(pod, List.of());
            assertThat(result.problem()).isEmpty();
            assertThat(result.loaded()).isEqualTo(KEYS - 1);
            assertThat(nearCacheOf(pod).loadsInFlight()).isZero();
            assertThat(nearCacheOf(pod).l2().status().reconnects()).isZero();
        }
    }

    @Test
    void loadsWhatItMayReadWhereItMayNotReadAll() throws Exception {
        direct.call("ACL", "SETUSER", "pod", "on", ">secret", "+@all", "~item:1*", "~{cachee:hot:shop}", "&*");
        try (TestSidecar pod = before(link(proxy.port(), "pod:secret@", 8 << 20))) {
            WarmUp.Result result = warm(pod, List.of());
            assertThat(result.problem()).isEmpty();
            assertThat(result.wanted()).isEqualTo(KEYS);
            assertThat(result.loaded()).isEqualTo(111);
        }
    }

    @Test
    void loadsItsOwnKeysWhereTheListCannotBeRead() throws Exception {
        direct.call("ACL", "SETUSER", "pod", "on", ">secret", "+@all", "-zrevrange", "~*", "&*");
        try (TestSidecar pod = before(link(proxy.port(), "pod:secret@", 8 << 20))) {
            WarmUp.Result result = warm(pod, List.of("item:1".getBytes(UTF_8), "item:2".getBytes(UTF_8)));
            assertThat(result.problem()).contains("list").contains("NOPERM");
            assertThat(result.loaded()).isEqualTo(2);
        }
    }

    @Test
    void endsWhenL2IsLostAmidIt() throws Exception {
        try (TestSidecar pod = pod()) {
            CompletableFuture<WarmUp.Result> result = new CompletableFuture<>();
            proxy.stall(Direction.TO_CLIENT);
            Thread.ofPlatform().start(() -> result.complete(warm(pod, List.of("item:1".getBytes(UTF_8)))));
            Await.until("the list was asked for", () -> calls("zrevrange") == 1);
            proxy.cut();
            assertThat(result.get().loaded()).isZero();
            assertThat(nearCacheOf(pod).loadsInFlight()).isZero();
        }
    }

    @Test
    void loadsFromAllNodesOfACluster() throws Exception {
        try (RedisCluster cluster = RedisCluster.start()) {
            L2Options link = L2Options.of(
                    "redis-cluster://127.0.0.1:" + cluster.nodes().getFirst().port());
            try (TestSidecar pod = before(link);
                    RespClient client = pod.connect()) {
                List<byte[]> own = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    client.call("SET", "item:" + i, "value " + i);
                    own.add(("item:" + i).getBytes(UTF_8));
                }
                WarmUp.Result result = warm(pod, own);
                assertThat(result.problem()).isEmpty();
                assertThat(result.loaded()).isEqualTo(300);
            }
        }
    }
}
