package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.nearcache.FleetList;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.SourceWarmUp;
import io.cachee.nearcache.WarmUp;
import io.cachee.server.config.KeyspaceSection;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What policies of keyspaces, leases and the list of hot keys do, with a real server behind the sidecar. */
@SuppressWarnings("NullAway.Init")
final class KeyspacePoliciesTest {
    private RedisServerProcess redis;
    private RespClient direct;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        direct = redis.connect();
    }

    @AfterEach
    void stop() throws Exception {
        direct.close();
        redis.close();
    }

    private TestSidecar sidecar(Object... settingsOfDefault) throws Exception {
        java.util.Map<String, Object> settings = new java.util.HashMap<>();
        for (int i = 0; i < settingsOfDefault.length; i += 2) {
            settings.put(String.valueOf(settingsOfDefault[i]), settingsOfDefault[i + 1]);
        }
        return TestSidecar.before(
                "redis://127.0.0.1:" + redis.port(), KeyspaceSection.parse(Map.of("default", settings)));
    }

    @Test
    void givesValuesWithoutATimeToLiveTheirKeyspaces() throws Exception {
        try (TestSidecar sidecar = sidecar("ttl", "1h", "jitter", 0.5, "l1-ttl", "1m");
                RespClient client = sidecar.connect()) {
            assertThat(client.call("SET", "k", "v").string()).isEqualTo("OK");
            assertThat(direct.call("PTTL", "k").number()).isBetween(1_700_000L, 3_600_000L);
            client.call("SET", "own", "v", "EX", 100);
            assertThat(direct.call("TTL", "own").number()).isBetween(90L, 100L);
            client.call("SET", "kept", "v", "KEEPTTL");
            assertThat(direct.call("TTL", "kept").number()).isEqualTo(-1);
        }
    }

    @Test
    void writesBehindInOrderAndReadsWhatWasWritten() throws Exception {
        try (TestSidecar sidecar = sidecar("write", "behind");
                RespClient client = sidecar.connect()) {
            for (int i = 0; i < 500; i++) {
                assertThat(client.call("SET", "k" + i % 7, i).string()).isEqualTo("OK");
                assertThat(client.call("GET", "k" + i % 7).string()).isEqualTo(String.valueOf(i));
            }
            assertThat(client.call("INCR", "k0").number()).isEqualTo(498);
            client.call("SET", "gone", "v", "PX", 60_000);
            client.call("DEL", "gone");
            assertThat(client.call("GET", "gone").isNull()).isTrue();
            assertThat(client.call("MGET", "k0", "k1").items())
                    .extracting(RespValue::string)
                    .containsExactly("498", "498");
            Await.until("all is in L2", () -> tierOf(sidecar).writeBehind().pendingKeys() == 0);
            assertThat(direct.call("GET", "k1").string()).isEqualTo("498");
            assertThat(direct.call("EXISTS", "gone").number()).isZero();
            assertThat(tierOf(sidecar).writeBehind().coalesced()).isPositive();
        }
    }

    private static io.cachee.nearcache.NearCache tierOf(TestSidecar sidecar) {
        return sidecar.proxy().nearCache();
    }

    @Test
    void keepsWritesThroughAnOutageAndWritesThemWhenItEnds() throws Exception {
        try (TestSidecar sidecar = sidecar("write", "behind");
                RespClient client = sidecar.connect()) {
            redis.stop();
            Await.until("L2 is lost", () -> !sidecar.isCoherent());
            assertThat(client.call("SET", "k", "v").string()).isEqualTo("OK");
            assertThat(client.call("GET", "k").string()).isEqualTo("v");
            redis.restart();
            Await.until("all is in L2", () -> tierOf(sidecar).writeBehind().pendingKeys() == 0);
            try (RespClient again = redis.connect()) {
                assertThat(again.call("GET", "k").string()).isEqualTo("v");
            }
        }
    }

    @Test
    void flushesWhatWaitsBeforeItEnds() throws Exception {
        TestSidecar sidecar = sidecar("write", "behind");
        try (sidecar;
                RespClient client = sidecar.connect()) {
            for (int i = 0; i < 2_500; i++) {
                client.send("SET", "k" + i, i);
            }
            for (int i = 0; i < 2_500; i++) {
                client.reply();
            }
        }
        assertThat(direct.call("DBSIZE").number()).isGreaterThanOrEqualTo(2_500);
        assertThat(direct.call("GET", "k2499").string()).isEqualTo("2499");
    }

    @Test
    void onlyInvalidatesWhereThatIsWhatWritesAreFor() throws Exception {
        try (TestSidecar sidecar = sidecar("write", "invalidate");
                RespClient client = sidecar.connect()) {
            direct.call("SET", "k", "old");
            assertThat(client.call("GET", "k").string()).isEqualTo("old");
            assertThat(client.call("SET", "k", "new").string()).isEqualTo("OK");
            assertThat(client.call("GET", "k").isNull()).isTrue();
            assertThat(direct.call("EXISTS", "k").number()).isZero();
        }
    }

    @Test
    void tellsOneOfManyThatAKeyIsMissingAndTheOthersItsValue() throws Exception {
        crowd(false);
    }

    @Test
    void tellsOneOfManyPodsThatAKeyIsMissing() throws Exception {
        crowd(true);
    }

    /** How many of a crowd are sent to the database. */
    private void crowd(boolean fleet) throws Exception {
        int clients = 20;
        try (TestSidecar one = sidecar("miss-wait", "30s", "single-flight", fleet ? "fleet" : "pod");
                TestSidecar other = sidecar("miss-wait", "30s", "single-flight", fleet ? "fleet" : "pod");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> askers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                TestSidecar asked = fleet && i % 2 == 1 ? other : one;
                askers.add(threads.submit(() -> ask(asked)));
            }
            int loads = 0;
            for (Future<Integer> asker : askers) {
                loads += asker.get();
            }
            assertThat(loads).isEqualTo(1);
        }
    }

    /** As an application does: from the database when the cache has nothing; how often that was. */
    private static int ask(TestSidecar sidecar) throws Exception {
        try (RespClient client = sidecar.connect()) {
            RespValue found = client.call("GET", "page");
            if (!found.isNull()) {
                assertThat(found.string()).isEqualTo("from the database");
                return 0;
            }
            client.call("SET", "page", "from the database");
            return 1;
        }
    }

    @Test
    void lendsTheRightToFillAKeyToOneAtATime() throws Exception {
        try (TestSidecar sidecar = sidecar();
                RespClient first = sidecar.connect();
                RespClient second = sidecar.connect()) {
            RespValue lease = first.call("CACHEE.LEASE", "k", "PX", 20_000);
            assertThat(lease.item(0).string()).isEqualTo("LEASE");
            String token = lease.item(1).string();
            assertThat(second.call("CACHEE.LEASE", "k").item(0).string()).isEqualTo("WAIT");
            assertThat(second.call("GET", "k").isNull()).isTrue();
            assertThat(second.call("CACHEE.FILL", "k", "another", "x").number()).isZero();
            assertThat(first.call("CACHEE.FILL", "k", token, "v", "PX", 50_000).number())
                    .isEqualTo(1);
            assertThat(second.call("GET", "k").string()).isEqualTo("v");
            assertThat(second.call("CACHEE.LEASE", "k").item(1).string()).isEqualTo("v");
            assertThat(direct.call("PTTL", "k").number()).isBetween(1L, 50_000L);
        }
    }

    @Test
    void aLateWriterCannotPutAnOutdatedValueThere() throws Exception {
        try (TestSidecar sidecar = sidecar();
                RespClient late = sidecar.connect();
                RespClient other = sidecar.connect()) {
            String token = late.call("CACHEE.LEASE", "k").item(1).string();
            other.call("DEL", "k");
            assertThat(late.call("CACHEE.FILL", "k", token, "outdated").number())
                    .isZero();
            assertThat(direct.call("EXISTS", "k").number()).isZero();
            String given = late.call("CACHEE.LEASE", "k").item(1).string();
            assertThat(late.call("CACHEE.RELEASE", "k", given).number()).isEqualTo(1);
            assertThat(direct.call("EXISTS", "k").number()).isZero();
        }
    }

    @Test
    void answersALeaseFromL1WhereItHoldsTheValue() throws Exception {
        direct.call("SET", "k", "v");
        try (TestSidecar sidecar = sidecar();
                RespClient client = sidecar.connect()) {
            assertThat(client.call("GET", "k").string()).isEqualTo("v");
            long scripts = scriptsRun();
            for (int i = 0; i < 3; i++) {
                assertThat(client.call("CACHEE.LEASE", "k").items())
                        .extracting(RespValue::string)
                        .containsExactly("VALUE", "v");
            }
            assertThat(scriptsRun()).isEqualTo(scripts);
            direct.call("SET", "k", "changed");
            Await.until(
                    "the change is seen",
                    () -> client.call("CACHEE.LEASE", "k").item(1).string().equals("changed"));
        }
    }

    private long scriptsRun() throws Exception {
        return direct.call("INFO", "commandstats")
                .string()
                .lines()
                .filter(line -> line.startsWith("cmdstat_eval:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*calls=(\\d+),.*", "$1")))
                .sum();
    }

    @Test
    void servesWhatMayBeStaleWhenL2IsSlow() throws Exception {
        direct.call("SET", "k", "v");
        direct.call("SET", "l", "w");
        L2Options patient = new L2Options(
                "redis://127.0.0.1:" + redis.port(),
                null,
                false,
                List.of(),
                null,
                null,
                null,
                "cachee",
                30_000,
                60_000,
                60_000,
                60_000,
                1_000,
                1 << 20,
                5,
                50,
                5,
                8 << 20);
        Map<String, Object> settings =
                Map.of("l1-ttl", "1ms", "jitter", 0, "stale-if-error", "1h", "soft-deadline", "20ms");
        try (TestSidecar sidecar = TestSidecar.with()
                        .before(patient)
                        .policies(KeyspaceSection.parse(Map.of("default", settings)))
                        .startCoherent();
                RespClient client = sidecar.connect();
                RespClient another = sidecar.connect()) {
            assertThat(client.call("MGET", "k", "l").items())
                    .extracting(RespValue::string)
                    .containsExactly("v", "w");
            redis.pause();
            try {
                assertThat(client.call("GET", "k").string()).isEqualTo("v");
                assertThat(client.call("MGET", "k", "l").items())
                        .extracting(RespValue::string)
                        .containsExactly("v", "w");
                another.send("GET", "never seen");
            } finally {
                redis.resume();
            }
            assertThat(another.reply().isNull()).isTrue();
            direct.call("SET", "k", "after");
            Await.until(
                    "L2 is asked again", () -> client.call("GET", "k").string().equals("after"));
        }
    }

    @Test
    void keysThatAllPodsLoadAgainAndAgainAreReadFromCopies() throws Exception {
        String uri = "redis://127.0.0.1:" + redis.port();
        Map<String, Object> settings = Map.of(
                "l1-ttl", "1ms", "jitter", 0, "stale-if-error", 0, "consistency", "stale-tolerant", "hot-copies", 1);
        try (TestSidecar pod = TestSidecar.before(uri, KeyspaceSection.parse(Map.of("default", settings)));
                TestSidecar other = TestSidecar.before(uri, KeyspaceSection.parse(Map.of("default", settings)));
                RespClient client = pod.connect();
                RespClient another = other.connect()) {
            direct.call("SET", "hot", "0", "PX", 600_000);
            Await.until("a copy is read", () -> {
                client.call("GET", "hot");
                return copyLoads(pod) > 0;
            });
            assertThat(direct.call("PTTL", "cachee:copy:0:hot").number()).isLessThanOrEqualTo(1_000);
            assertThat(client.call("PTTL", "hot").number()).isGreaterThan(60_000);
            Await.until("another pod reads copies too", () -> {
                another.call("GET", "hot");
                return copyLoads(other) > 0;
            });
            // Who writes is not given what was there before.
            for (int i = 1; i < 50; i++) {
                client.call("SET", "hot", i);
                assertThat(client.call("GET", "hot").string()).isEqualTo(String.valueOf(i));
            }
            // All others are, for as long as a copy lives.
            Await.until(
                    "the change is seen",
                    () -> another.call("GET", "hot").string().equals("49"));
            long before = copyLoads(other);
            Await.until("copies are read again", () -> {
                another.call("GET", "hot");
                return copyLoads(other) > before;
            });
            // Nor what was purged.
            assertThat(another.call("CACHEE.PURGE", "hot").number()).isEqualTo(1);
            direct.call("SET", "cachee:copy:0:hot", "what there was", "PX", 60_000);
            assertThat(another.call("GET", "hot").isNull()).isTrue();
        }
    }

    private static long copyLoads(TestSidecar sidecar) {
        return tierOf(sidecar).keyspaces().all().stream()
                .mapToLong(keyspace -> keyspace.sum(KeyspaceCounter.COPY_LOADS))
                .sum();
    }

    @Test
    void anotherVersionOfAKeyspaceIsLoadedAnew() throws Exception {
        direct.call("SET", "page:1", "v");
        direct.call("SET", "user:1", "v");
        try (TestSidecar sidecar = TestSidecar.before(
                        "redis://127.0.0.1:" + redis.port(),
                        KeyspaceSection.parse(Map.of("page", Map.of("version", 1))));
                RespClient client = sidecar.connect()) {
            client.call("MGET", "page:1", "user:1");
            long asked = loads(sidecar);
            client.call("MGET", "page:1", "user:1");
            assertThat(loads(sidecar)).isEqualTo(asked);
            tierOf(sidecar).define(KeyspaceSection.parse(Map.of("page", Map.of("version", 2))));
            client.call("MGET", "page:1", "user:1");
            assertThat(loads(sidecar)).isEqualTo(asked + 1);
        }
    }

    private static long loads(TestSidecar sidecar) {
        return tierOf(sidecar).keyspaces().all().stream()
                .mapToLong(keyspace -> keyspace.sum(KeyspaceCounter.LOADS))
                .sum();
    }

    @Test
    void aNewPodLoadsWhatItsSiblingsRead() throws Exception {
        for (int i = 0; i < 200; i++) {
            direct.call("SET", "item:" + i, "value " + i);
        }
        try (TestSidecar sibling = sidecar();
                RespClient client = sibling.connect()) {
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 100; i++) {
                    client.call("GET", "item:" + i);
                }
            }
            List<FleetList.Weighted> hot = sibling.proxy().hottestKeys(150);
            assertThat(hot).hasSizeBetween(90, 101);
            FleetList list = new FleetList(tierOf(sibling).l2(), "shop");
            tierOf(sibling).loop().submit(() -> list.add(hot)).get();
            Await.until(
                    "the list is in L2",
                    () -> direct.call("ZCARD", "{cachee:hot:shop}").number() >= 90);
        }
        try (TestSidecar pod = sidecar();
                RespClient client = pod.connect()) {
            FleetList list = new FleetList(tierOf(pod).l2(), "shop");
            WarmUp.Result result = new WarmUp(tierOf(pod), list, List.of()).run(1_000, 10_000);
            assertThat(result.problem()).isEmpty();
            assertThat(result.loaded()).isGreaterThanOrEqualTo(90);
            assertThat(client.call("GET", "item:50").string()).isEqualTo("value 50");
            assertThat(pod.shared().statistics().hitRate()).isEqualTo(1);
        }
        try (TestSidecar pod = sidecar();
                RespClient client = pod.connect()) {
            FleetList list = new FleetList(tierOf(pod).l2(), "nobody");
            List<byte[]> own = List.of("item:150".getBytes(UTF_8), "item:150".getBytes(UTF_8), "gone".getBytes(UTF_8));
            WarmUp.Result result = new WarmUp(tierOf(pod), list, own).run(1_000, 10_000);
            assertThat(result)
                    .extracting(WarmUp.Result::wanted, WarmUp.Result::loaded)
                    .containsExactly(2, 1);
            client.call("GET", "item:150");
            assertThat(pod.shared().statistics().hitRate()).isEqualTo(1);
        }
    }

    @Test
    void aStoreOfItsOwnIsFilledFromASourceOnceAndKeepsWhatClientsWrote() throws Exception {
        direct.call("SET", "a", "1");
        direct.call("SET", "b", "2", "PX", 30_000);
        direct.call("SET", "c", "source");
        direct.call("LPUSH", "list", "x");
        direct.call("ZADD", "{cachee:hot:shop}", 9, "a", 8, "b", 7, "c", 6, "list", 5, "gone");
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            client.call("SET", "c", "client");
            L2Options source = L2Options.of("redis://127.0.0.1:" + redis.port());
            WarmUp.Result result = fill(sidecar, source);
            assertThat(result.problem()).isEmpty();
            assertThat(result.wanted()).isEqualTo(5);
            assertThat(result.loaded()).isEqualTo(2);
            assertThat(client.call("MGET", "a", "b", "c", "list").items())
                    .extracting(RespValue::text)
                    .containsExactly("1", "2", "client", null);
            assertThat(client.call("PTTL", "a").number()).isBetween(1L, 60_000L);
            assertThat(client.call("PTTL", "b").number()).isBetween(1L, 30_000L);
        }
    }

    private static WarmUp.Result fill(TestSidecar sidecar, L2Options source) {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            return new SourceWarmUp(sidecar.store(), sidecar.shared()::storedName, loops.next(), source)
                    .run("shop", 100, 10_000);
        } finally {
            loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @Test
    void warmsOnDemand(@TempDir Path folder) throws Exception {
        for (int i = 0; i < 250; i++) {
            direct.call("SET", "item:" + i, i);
        }
        try (TestSidecar sidecar = sidecar()) {
            String at = "127.0.0.1:" + sidecar.port();
            CommandLineRun pattern = CommandLineRun.of("warm", "--target=" + at, "--pattern=item:*");
            assertThat(pattern.out()).startsWith("250 of 250 keys loaded");
            Path file = Files.write(folder.resolve("keys"), List.of("item:1", "nothing", "item:2"));
            CommandLineRun list = CommandLineRun.of("warm", "--target=" + at, "--file=" + file);
            assertThat(list.out()).startsWith("2 of 3 keys loaded");
            assertThat(sidecar.store().size()).isGreaterThanOrEqualTo(250);
            assertThat(CommandLineRun.of("warm", "--target=" + at).exitCode()).isEqualTo(2);
        }
    }

    @Test
    void aNewPodDoesNotWaitForWhatDoesNotCome() throws Exception {
        try (TestSidecar pod = sidecar()) {
            redis.pause();
            FleetList list = new FleetList(tierOf(pod).l2(), "shop");
            WarmUp.Result result = new WarmUp(tierOf(pod), list, List.of()).run(1_000, 50);
            assertThat(result.loaded()).isZero();
            assertThat(result.problem()).contains("50 ms");
        } finally {
            redis.resume();
        }
    }
}
