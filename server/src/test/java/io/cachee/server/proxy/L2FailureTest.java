package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.Direction;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.FaultTimetable;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** L2 is not there, ends, comes back, is silent, or is heard in pieces. */
final class L2FailureTest {
    private static final int KEYS = 50;
    private static final String NO_ANSWER = "-ERR L2 gave no answer";
    private static final Map<String, KeyspacePolicy> POLICIES = Map.of(
            "short", policy(600_000, 100, false),
            "strong", policy(600_000, 600_000, true),
            "brief", policy(1, 600_000, false));

    private RedisServerProcess redis;
    private FaultProxy proxy;
    private TestSidecar sidecar;
    private RespClient client;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start("--appendonly", "yes", "--appendfsync", "no");
        proxy = FaultProxy.start(redis.port());
        sidecar = TestSidecar.with()
                .before(TestSidecar.impatient("redis://127.0.0.1:" + proxy.port()))
                .policies(POLICIES)
                .startCoherent();
        client = sidecar.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        sidecar.close();
        proxy.close();
        redis.close();
    }

    private static KeyspacePolicy policy(long l1TtlMillis, long staleIfErrorMillis, boolean strong) {
        return KeyspacePolicy.builder()
                .jitter(0)
                .l1TtlMillis(l1TtlMillis)
                .staleIfErrorMillis(staleIfErrorMillis)
                .softDeadlineMillis(0)
                .consistency(strong ? KeyspacePolicy.Consistency.STRONG : KeyspacePolicy.Consistency.BOUNDED)
                .build();
    }

    private void fill() throws IOException {
        for (int i = 0; i < KEYS; i++) {
            client.call("SET", "k" + i, "v" + i);
            assertThat(client.call("GET", "k" + i)).hasToString("$v" + i);
        }
    }

    private void awaitLoss() throws Exception {
        Await.until("the loss is noticed", () -> !sidecar.isCoherent());
    }

    private void awaitRecovery() throws Exception {
        sidecar.awaitCoherence();
        Await.until(
                "writes are taken again",
                () -> client.call("SET", "probe", "1").toString().equals("+OK"));
    }

    /** Connections of the sidecar to L2. */
    private long connections() throws IOException {
        return redis.call("CLIENT", "LIST")
                .string()
                .lines()
                .filter(line -> line.contains(" name=cachee"))
                .count();
    }

    @Test
    void startsAndAnswersWhatItCanWhileL2IsDown() throws Exception {
        redis.stop();
        try (TestSidecar alone = TestSidecar.with()
                        .before(TestSidecar.impatient("redis://127.0.0.1:" + redis.port()))
                        .start();
                RespClient user = alone.connect()) {
            assertThat(user.ask("PING")).hasToString("+PONG");
            for (String line : List.of(
                    "GET k", "MGET k l", "SET k v", "LPUSH l a", "EXISTS k", "BLPOP l 1", "EVAL x 0", "NOSUCH")) {
                assertThat(user.ask(line).toString()).startsWith(NO_ANSWER);
            }
            assertThat(user.ask("MULTI")).hasToString("+OK");
            assertThat(user.ask("SET k v").toString()).startsWith(NO_ANSWER);
            assertThat(user.isClosedByServer()).isTrue();
            redis.restart();
            alone.awaitCoherence();
            try (RespClient later = alone.connect()) {
                Await.until("L2 is used", () -> later.ask("SET k v").toString().equals("+OK"));
                assertThat(later.ask("GET k")).hasToString("$v");
            }
        }
    }

    @Test
    void servesWhatItHasWhileL2IsKilledAndRevivedTenTimes() throws Exception {
        fill();
        client.call("LPUSH", "list", "opens a connection that is not tracked");
        long connections = connections();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> readers =
                    List.of(threads.submit(() -> readUntil(over, reads)), threads.submit(() -> readUntil(over, reads)));
            try {
                for (int round = 0; round < 10; round++) {
                    redis.stop();
                    awaitLoss();
                    awaitMore(reads, readers);
                    redis.restart();
                    awaitRecovery();
                    awaitMore(reads, readers);
                }
            } finally {
                over.set(true);
            }
            for (Future<Void> reader : readers) {
                reader.get(20, TimeUnit.SECONDS);
            }
        }
        Await.until("L2 has no more connections than before", () -> connections() == connections);
        redis.call("SET", "k1", "changed");
        Await.until(
                "changes are heard of", () -> client.call("GET", "k1").string().equals("changed"));
    }

    private static void awaitMore(AtomicLong reads, List<Future<Void>> readers) throws Exception {
        long before = reads.get();
        Await.until("reads go on", () -> {
            for (Future<Void> reader : readers) {
                if (reader.isDone()) {
                    reader.get();
                }
            }
            return reads.get() > before + 10L * KEYS;
        });
    }

    @Test
    void servesWhatItHasWhileL2LoadsItsData() throws Exception {
        String filler = "x".repeat(1_000);
        try (RedisServerProcess slow = RedisServerProcess.start(
                        "--key-load-delay", "5000", "--loading-process-events-interval-bytes", "1024");
                TestSidecar before = TestSidecar.with()
                        .before(TestSidecar.impatient("redis://127.0.0.1:" + slow.port()))
                        .startCoherent();
                RespClient user = before.connect()) {
            user.call("SET", "k", "v");
            assertThat(user.call("GET", "k")).hasToString("$v");
            for (int i = 0; i < 400; i++) {
                slow.call("SET", "filler" + i, filler);
            }
            slow.call("SAVE");
            slow.stop();
            Await.until("the loss is noticed", () -> !before.isCoherent());
            CompletableFuture<Void> loaded = CompletableFuture.runAsync(() -> {
                try {
                    slow.restart();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Await.until("L2 loads its data", () -> isLoading(slow));
            int asked = 0;
            while (isLoading(slow)) {
                RespValue known = user.call("GET", "k");
                RespValue unknown = user.call("GET", "unknown");
                if (isLoading(slow)) {
                    assertThat(known).hasToString("$v");
                    assertThat(unknown.toString()).startsWith(NO_ANSWER);
                    assertThat(before.isCoherent()).isFalse();
                    asked++;
                }
            }
            assertThat(asked).isPositive();
            loaded.get(20, TimeUnit.SECONDS);
            before.awaitCoherence();
            Await.until(
                    "L2 is used", () -> user.call("GET", "filler0").toString().equals("$" + filler));
        }
    }

    private static boolean isLoading(RedisServerProcess server) {
        try {
            return server.call("PING").toString().startsWith("-LOADING");
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void servesWhatIsOutdatedWhileL2IsBusyWithAScript() throws Exception {
        redis.call("CONFIG", "SET", "busy-reply-threshold", "1");
        redis.call("SET", "brief:k", "v");
        assertThat(client.call("GET", "brief:k")).hasToString("$v");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RespValue> script = threads.submit(() -> redis.call("EVAL", "while true do end", "0"));
            try {
                Await.until("L2 is busy", () -> redis.call("PING").toString().startsWith("-BUSY"));
                assertThat(client.call("GET", "brief:k")).hasToString("$v");
                assertThat(client.call("MGET", "brief:k")).hasToString("*[$v]");
                assertThat(client.call("GET", "unknown").toString()).startsWith("-BUSY ");
                assertThat(client.call("MGET", "brief:k", "unknown").toString()).startsWith("-BUSY ");
            } finally {
                redis.call("SCRIPT", "KILL");
            }
            assertThat(script.get(20, TimeUnit.SECONDS).isError()).isTrue();
        }
        redis.call("SET", "brief:k", "changed");
        Await.until(
                "what is new is served",
                () -> client.call("GET", "brief:k").toString().equals("$changed"));
    }

    private Void readUntil(AtomicBoolean over, AtomicLong reads) throws IOException {
        try (RespClient reader = sidecar.connect()) {
            for (int i = 0; !over.get(); i++) {
                String number = String.valueOf(i % KEYS);
                assertThat(reader.call("GET", "k" + number)).hasToString("$v" + number);
                assertThat(reader.call("MGET", "k" + number, "k0")).hasToString("*[$v" + number + ", $v0]");
                reads.incrementAndGet();
            }
        }
        return null;
    }

    @Test
    void servesWhatItHasWhileL2IsSilent() throws Exception {
        fill();
        List<Runnable> silences = List.of(
                () -> proxy.stall(Direction.TO_CLIENT), () -> proxy.stall(Direction.TO_SERVER), proxy::blackhole);
        for (Runnable silence : silences) {
            silence.run();
            awaitLoss();
            for (int i = 0; i < KEYS; i++) {
                assertThat(client.call("GET", "k" + i)).hasToString("$v" + i);
            }
            assertThat(client.call("GET", "unknown").toString()).startsWith(NO_ANSWER);
            assertThat(client.call("MGET", "k1", "unknown").toString()).startsWith(NO_ANSWER);
            proxy.resume();
            awaitRecovery();
            assertThat(client.call("GET", "unknown")).hasToString("$nil");
        }
    }

    @Test
    void servesNothingOlderThanItsBound() throws Exception {
        for (String key : List.of("short:k", "strong:k", "usual:k")) {
            client.call("SET", key, "v");
            assertThat(client.call("GET", key)).hasToString("$v");
        }
        redis.stop();
        awaitLoss();
        assertThat(client.call("GET", "strong:k").toString()).startsWith(NO_ANSWER);
        Await.until("the bound has passed", () -> client.call("GET", "short:k").isError());
        for (int i = 0; i < 100; i++) {
            assertThat(client.call("GET", "short:k").toString()).startsWith(NO_ANSWER);
            assertThat(client.call("MGET", "short:k").toString()).startsWith(NO_ANSWER);
            assertThat(client.call("STRLEN", "short:k").toString()).startsWith(NO_ANSWER);
        }
        assertThat(client.call("GET", "usual:k")).hasToString("$v");
        redis.restart();
        awaitRecovery();
        assertThat(client.call("GET", "short:k")).hasToString("$v");
        assertThat(client.call("GET", "strong:k")).hasToString("$v");
    }

    @Test
    void servesNothingOldOfAKeyThatAWriteWithoutAnswerMayHaveChanged() throws Exception {
        fill();
        proxy.stall(Direction.TO_CLIENT);
        assertThat(client.call("SET", "k1", "changed").toString()).startsWith(NO_ANSWER);
        awaitLoss();
        assertThat(client.call("GET", "k1").toString()).startsWith(NO_ANSWER);
        assertThat(client.call("GET", "k2")).hasToString("$v2");
        proxy.resume();
        awaitRecovery();
        assertThat(client.call("GET", "k1")).hasToString("$changed");
    }

    @Test
    void givesNoPartsOfRepliesThatWereCutOff() throws Exception {
        String large = "x".repeat(100_000);
        redis.call("SET", "large", large);
        int cutOff = 0;
        for (int i = 0; i < 20; i++) {
            proxy.resetAfter(500 + 5_000 * i);
            RespValue reply = client.call("GETRANGE", "large", 0, -1);
            cutOff += reply.isError() ? 1 : 0;
            assertThat(reply.isError() || reply.string().equals(large)).isTrue();
            reply = client.call("GET", "large");
            assertThat(reply.isError() || reply.string().equals(large)).isTrue();
            proxy.resume();
            awaitRecovery();
            redis.call("SET", "large", large);
        }
        assertThat(cutOff).isPositive();
    }

    @Test
    void recoversFromANetworkThatFlaps() throws Exception {
        fill();
        client.call("LPUSH", "list", "opens a connection that is not tracked");
        long connections = connections();
        FaultTimetable faults = new FaultTimetable(
                new Random().nextLong(), FaultTimetable.of(proxy), Duration.ofMillis(10), Duration.ofMillis(200));
        CompletableFuture<Void> over = CompletableFuture.runAsync(() -> {
            try {
                faults.run(Duration.ofSeconds(4));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; !over.isDone(); i++) {
            assertThat(client.call("GET", "k" + i % KEYS)).hasToString("$v" + i % KEYS);
            RespValue reply = client.call("INCR", "counter");
            assertThat(reply.type() == ':' || reply.toString().startsWith(NO_ANSWER))
                    .isTrue();
        }
        over.get(20, TimeUnit.SECONDS);
        proxy.resume();
        awaitRecovery();
        Await.until("L2 has no more connections than before", () -> connections() == connections);
        assertThat(client.call("GET", "counter")).isEqualTo(redis.call("GET", "counter"));
    }
}
