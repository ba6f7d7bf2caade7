package io.cachee.l2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.Direction;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.FaultTimetable;
import io.cachee.testkit.RedisServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a link does whose network fails. */
final class FailuresTest {
    private static final int NEVER = 1_000_000;
    private static final int PATIENT_MILLIS = 30_000;

    private static RedisServerProcess redis;
    private FaultProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @BeforeEach
    void open() throws Exception {
        redis.call("FLUSHALL");
        proxy = FaultProxy.start(redis.port());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    private LinkUnderTest link(int deadlineMillis, int breakerFailures) {
        return new LinkUnderTest(
                LinkUnderTest.impatient("redis://127.0.0.1:" + proxy.port(), deadlineMillis, breakerFailures));
    }

    @Test
    void beginsANewGenerationAfterTheConnectionWasCut() throws Exception {
        try (LinkUnderTest link = link(PATIENT_MILLIS, NEVER)) {
            link.awaitCoherent();
            int first = link.l2.generation(0);
            CompletableFuture<String> waiting = link.plain(RespVersion.RESP2, -1, "list", "BLPOP", "list", "0");
            assertThat(link.set("key", "value")).isEqualTo("+OK\r\n");
            proxy.cut();
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("CONNECTION_LOST");
            link.awaitEvent("ended");
            assertThat(link.l2.generation(0)).isZero();
            assertThat(link.get("key")).isEqualTo("NOT_CONNECTED");
            assertThat(link.set("key", "other")).isEqualTo("NOT_CONNECTED");
            assertThat(link.l2.status().isCoherent()).isFalse();
            assertThat(link.l2.status().nodes().getFirst().lastProblem()).isNotEmpty();
            proxy.resume();
            link.awaitCoherent();
            int second = link.l2.generation(0);
            assertThat(second).isNotIn(0, first);
            assertThat(link.events()).containsExactly("began " + first, "ended", "began " + second);
            assertThat(link.get("key")).isEqualTo("$5\r\nvalue\r\n");
            Await.until("writes go again", () -> link.set("key", "other").equals("+OK\r\n"));
            assertThat(link.l2.status().totals().feedLosses()).isEqualTo(1);
            assertThat(link.l2.status().totals().reconnects()).isPositive();
        }
    }

    @Test
    void sendsNothingTwice() throws Exception {
        try (LinkUnderTest link = link(PATIENT_MILLIS, NEVER)) {
            link.awaitCoherent();
            link.call("count", "INCR", "count");
            proxy.stall(Direction.TO_CLIENT);
            CompletableFuture<String> lost = link.plain(RespVersion.RESP3, -1, "count", "INCR", "count");
            Await.until(
                    "it was carried out",
                    () -> redis.call("GET", "count").string().equals("2"));
            proxy.reset();
            assertThat(lost.get(20, TimeUnit.SECONDS)).isEqualTo("CONNECTION_LOST");
            proxy.resume();
            link.awaitCoherent();
            Await.until("requests go again", () -> link.set("other", "1").equals("+OK\r\n"));
            assertThat(redis.call("GET", "count").string()).isEqualTo("2");
        }
    }

    @Test
    void noticesAFeedThatHasFallenSilent() throws Exception {
        try (LinkUnderTest link = link(PATIENT_MILLIS, NEVER)) {
            link.awaitCoherent();
            proxy.stall(Direction.TO_CLIENT);
            link.awaitEvent("ended");
            assertThat(link.l2.generation(0)).isZero();
            proxy.resume();
            link.awaitCoherent();
        }
    }

    @Test
    void givesUpWhatIsNotAnsweredInTime() throws Exception {
        try (LinkUnderTest link = link(150, NEVER)) {
            link.awaitCoherent();
            link.set("key", "value");
            List<CompletableFuture<String>> replies = new ArrayList<>();
            proxy.blackhole();
            link.run(() -> {
                for (int i = 0; i < 3; i++) {
                    replies.add(link.plain(RespVersion.RESP3, -1, "key", "GET", "key"));
                }
            });
            assertThat(replies.get(0).get(20, TimeUnit.SECONDS)).isEqualTo("TIMED_OUT");
            assertThat(replies.get(1).get(20, TimeUnit.SECONDS)).isEqualTo("CONNECTION_LOST");
            assertThat(replies.get(2).get(20, TimeUnit.SECONDS)).isEqualTo("CONNECTION_LOST");
            assertThat(link.l2.status().totals().timeouts()).isPositive();
            proxy.resume();
            link.awaitCoherent();
            Await.until(
                    "requests go again", () -> link.call("key", "GET", "key").equals("$5\r\nvalue\r\n"));
        }
    }

    @Test
    void givesANodeTimeThatHasFailedTooOften() throws Exception {
        try (LinkUnderTest link = link(PATIENT_MILLIS, 3)) {
            link.awaitCoherent();
            proxy.cut();
            Await.until(
                    "the breaker is open",
                    () -> link.l2.status().nodes().getFirst().breakerOpen());
            assertThat(link.get("key")).isEqualTo("BREAKER_OPEN");
            assertThat(link.set("key", "value")).isEqualTo("BREAKER_OPEN");
            assertThat(link.l2.status().totals().refused()).isGreaterThanOrEqualTo(2);
            proxy.resume();
            link.awaitCoherent();
            assertThat(link.l2.status().nodes().getFirst().breakerOpen()).isFalse();
            assertThat(link.set("key", "value")).isEqualTo("+OK\r\n");
        }
    }

    @Test
    void probesOverTheFeedWhenThatHasStayedUp() throws Exception {
        try (LinkUnderTest link = link(100, 1)) {
            link.awaitCoherent();
            int generation = link.l2.generation(0);
            String reply = link.call("list", "BLPOP", "list", "10");
            assertThat(reply).isEqualTo("TIMED_OUT");
            Await.until(
                    "the breaker is closed",
                    () -> !link.l2.status().nodes().getFirst().breakerOpen());
            assertThat(link.l2.generation(0)).isEqualTo(generation);
        }
    }

    @Test
    void answersEveryRequestOnceWhateverFails() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("FailuresTest seed " + seed);
        FaultTimetable faults = new FaultTimetable(
                seed, io.cachee.testkit.FaultTimetable.of(proxy), Duration.ofMillis(20), Duration.ofMillis(200));
        try (LinkUnderTest link = link(100, 5)) {
            link.awaitCoherent();
            CompletableFuture<Void> over = CompletableFuture.runAsync(() -> {
                try {
                    faults.run(Duration.ofSeconds(3));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            int rounds = 0;
            while (!over.isDone()) {
                List<CompletableFuture<String>> replies = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    replies.add(link.tracked(null, "key", "GET", "key" + i));
                    replies.add(link.plain(RespVersion.RESP2, -1, "key", "SET", "key" + i, "value"));
                }
                for (CompletableFuture<String> reply : replies) {
                    assertThat(reply.get(20, TimeUnit.SECONDS)).isNotEmpty();
                }
                rounds++;
            }
            over.get(20, TimeUnit.SECONDS);
            proxy.resume();
            link.awaitCoherent();
            assertThat(rounds).isPositive();
            assertThat(link.events()).noneMatch(event -> event.startsWith("told twice"));
            assertThat(generationsOf(link.events())).doesNotHaveDuplicates();
            assertThat(link.l2.status().nodes().getFirst().inFlight()).isBetween(0, 2);
        }
    }

    private static List<String> generationsOf(List<String> events) {
        return events.stream().filter(event -> event.startsWith("began")).toList();
    }

    @Test
    void connectsToAServerThatComesLater() throws Exception {
        proxy.cut();
        try (LinkUnderTest link = link(PATIENT_MILLIS, 5)) {
            Await.until(
                    "it has failed",
                    () -> !link.l2.status().nodes().getFirst().lastProblem().isEmpty());
            proxy.resume();
            link.awaitCoherent();
        }
    }

    @Test
    void tellsWhyNoNodeOfAClusterIsFound() throws Exception {
        try (LinkUnderTest link = new LinkUnderTest(
                LinkUnderTest.impatient("redis-cluster://127.0.0.1:" + redis.port(), PATIENT_MILLIS, NEVER))) {
            Await.until(
                    "it is told",
                    () -> link.l2.status().nodes().getFirst().lastProblem().contains("cluster support disabled"));
            assertThat(link.l2.status().isCoherent()).isFalse();
            assertThat(link.get("key")).isEqualTo("NOT_CONNECTED");
            assertThat(link.set("key", "value")).isEqualTo("NOT_CONNECTED");
        }
    }
}
