package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.RedisServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Twenty clients check what they read while another one sends everything that Redis and Valkey know. They get no
 * foreign replies, and errors only where the server was held up. {@code bench/run hostile} runs it for longer.
 */
final class HostileClientTest {
    private static final int SECONDS = Integer.getInteger("cachee.hostile.seconds", 10);
    private static final long SEED = Long.getLong("cachee.hostile.seed", System.nanoTime());
    /** Enough to send each command with each number of arguments, also on a busy machine. */
    private static final int SECONDS_FOR_ALL = 120;

    private static final int CLIENTS = 20;
    private static final String[] L2_ARGUMENTS = {
        "--enable-debug-command", "yes", "--enable-module-command", "yes", "--slowlog-log-slower-than", "500000"
    };
    /** How long L2 may take, on a busy machine too; after that a client gets an error. */
    private static final int L2_TIMEOUT_MILLIS = 8_000;
    /** A client that has no reply by then hangs. */
    private static final int DEADLINE_MILLIS = 2 * L2_TIMEOUT_MILLIS;

    /** They stop or change other clients of the sidecar, as their users are meant to. None of them goes to L2. */
    private static final Set<String> STOP_OTHER_CLIENTS =
            Set.of("CLIENT PAUSE", "CLIENT KILL", "CONFIG SET", "ACL SETUSER", "ACL DELUSER", "ACL LOAD");

    /** They end, empty, stop or fill the server. Without --l2-admin they are sent like all others. */
    private static final Set<String> END_THE_SERVER = Set.of(
            "REPLICAOF",
            "SLAVEOF",
            "FAILOVER",
            "MIGRATE",
            "DEBUG AOF-FLUSH-SLEEP",
            "DEBUG ASSERT",
            "DEBUG CRASH-AND-RECOVER",
            "DEBUG JMAP",
            "DEBUG LEAK",
            "DEBUG LOADAOF",
            "DEBUG MALLCTL",
            "DEBUG MALLCTL-STR",
            "DEBUG OOM",
            "DEBUG PANIC",
            "DEBUG PAUSE-CRON",
            "DEBUG POPULATE",
            "DEBUG RELOAD",
            "DEBUG RESTART",
            "DEBUG SEGFAULT",
            "DEBUG SET-DISABLE-DENY-SCRIPTS",
            "DEBUG SLEEP");

    /**
     * With --l2-admin a client may hold the server up, by SAVE or PFSELFTEST on a busy machine, say. Then others hear
     * that L2 gives no answer.
     */
    private static final Pattern HELD_UP =
            Pattern.compile("ERR L2 gave no answer: (\\S+ was silent for|no reply from|no connection to) .*");

    @Test
    void givesNobodyAnothersReply() throws Exception {
        run(false, STOP_OTHER_CLIENTS);
    }

    @Test
    void givesNobodyAnothersReplyWhereItMayChangeTheServerBehind() throws Exception {
        Set<String> left = new TreeSet<>(STOP_OTHER_CLIENTS);
        left.addAll(END_THE_SERVER);
        run(true, left);
    }

    @Test
    void leavesOutOnlyWhatIsListed() {
        assertThat(HostileClient.allNames()).containsAll(STOP_OTHER_CLIENTS).containsAll(END_THE_SERVER);
        assertThat(HostileClient.allNames()).hasSizeGreaterThan(500).doesNotHaveDuplicates();
    }

    private static void run(boolean mayAdminister, Set<String> left) throws Exception {
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        Queue<String> errors = new ConcurrentLinkedQueue<>();
        try (RedisServerProcess redis = RedisServerProcess.start(L2_ARGUMENTS);
                TestSidecar sidecar = start(redis, mayAdminister);
                ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            BooleanSupplier goesOn = () -> System.nanoTime() < end;
            HostileClient hostile = new HostileClient(sidecar.port(), SEED, left, goesOn);
            Future<Long> fired = threads.submit(hostile);
            List<Future<Long>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(
                        new TaggedClient("c" + i, sidecar.port(), DEADLINE_MILLIS, goesOn, faults, errors)));
            }
            long checked = 0;
            for (Future<Long> client : clients) {
                checked += client.get();
            }
            long sent = fired.get();
            long outOfStep = sidecar.proxy().nearCache().l2().status().totals().outOfStep();
            Map<String, Integer> errorCounts = countsOf(errors);
            Map<String, Integer> unexplained = new TreeMap<>(errorCounts);
            unexplained
                    .keySet()
                    .removeIf(error -> mayAdminister && HELD_UP.matcher(error).matches());
            int missed = hostile.missed().size();
            System.out.println("hostile client, seed " + SEED + (mayAdminister ? ", with --l2-admin: " : ": ")
                    + sent + " commands in " + SECONDS + " s; " + CLIENTS + " clients checked " + checked
                    + " replies: " + faults.size() + " foreign or missing, " + errors.size() + " errors "
                    + errorCounts + ", out of step " + outOfStep + ", missed " + missed);
            assertThat(faults).as("seed %d", SEED).isEmpty();
            assertThat(unexplained)
                    .as("seed %d; what kept L2 busy: %s", SEED, redis.call("SLOWLOG", "GET", "10"))
                    .isEmpty();
            assertThat(outOfStep).isZero();
            assertThat(checked).isGreaterThan(CLIENTS * 100L);
            assertThat(missed == 0 || SECONDS < SECONDS_FOR_ALL)
                    .as("%d not sent", missed)
                    .isTrue();
            assertThat(redis.isRunning()).as(redis.log()).isTrue();
        }
    }

    private static TestSidecar start(RedisServerProcess redis, boolean mayAdminister) throws Exception {
        TestSidecar.Builder sidecar = TestSidecar.with()
                .before(L2Options.builder("redis://127.0.0.1:" + redis.port())
                        .deadlineMillis(L2_TIMEOUT_MILLIS)
                        .silenceMillis(L2_TIMEOUT_MILLIS)
                        .build());
        return (mayAdminister ? sidecar.administering() : sidecar).startCoherent();
    }

    private static Map<String, Integer> countsOf(Queue<String> errors) {
        Map<String, Integer> counts = new TreeMap<>();
        errors.forEach(error -> counts.merge(error, 1, Integer::sum));
        return counts;
    }
}
