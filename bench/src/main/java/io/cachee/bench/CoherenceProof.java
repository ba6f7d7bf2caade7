package io.cachee.bench;

import io.cachee.server.tier.KeyspacePolicy;
import io.cachee.testkit.Await;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.FaultTimetable;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Several sidecars before one Redis, each behind a network that fails by a timetable, while Redis itself is killed and
 * suspended; and clients that write versions, through sidecars and directly, and judge what they read:
 *
 * <ul>
 *   <li>nobody reads a version older than the last one that was acknowledged to him by the same sidecar;
 *   <li>no version is read longer after the next one was acknowledged than the bound: how long a silent feed goes
 *       unnoticed, what {@code stale-if-error} allows, and some time for threads to get their turn;
 *   <li>when all is calm, every sidecar has of every key what Redis has.
 * </ul>
 *
 * <p>Redis writes what it acknowledges to a file, so that a kill loses none of it. Arguments: seconds, and a seed.
 */
final class CoherenceProof {
    private static final int SIDECARS = 3;
    private static final int CLIENTS_EACH = 4;
    private static final int KEYS = 64;
    private static final int STALE_MILLIS = 500;
    private static final int TURN_MILLIS = 1_000;

    private final long seconds;
    private final long seed;
    private final int turnMillis;
    private final ProofTally tally;
    private final AtomicReferenceArray<KeyHistory> keys = new AtomicReferenceArray<>(KEYS);
    private final List<FaultProxy> proxies = new ArrayList<>();
    private final List<ProofSidecar> sidecars = new ArrayList<>();

    /** @param turnMillis how long a thread that could go on may have to wait until it does */
    CoherenceProof(long seconds, long seed, int turnMillis) {
        this.seconds = seconds;
        this.seed = seed;
        this.turnMillis = turnMillis;
        this.tally = new ProofTally(boundMillis());
        for (int i = 0; i < KEYS; i++) {
            keys.set(i, tally.fresh());
        }
    }

    public static void main(String[] args) throws Exception {
        long seconds = args.length > 0 ? Long.parseLong(args[0]) : 60;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        System.exit(new CoherenceProof(seconds, seed, TURN_MILLIS).run() ? 0 : 1);
    }

    private long boundMillis() {
        return (long) ProofSidecar.DETECTION_MILLIS + STALE_MILLIS + turnMillis;
    }

    /** Whether there was no violation. */
    boolean run() throws Exception {
        System.out.println("CoherenceProof: " + seconds + " s, seed " + seed);
        KeyspacePolicy usual = KeyspacePolicy.DEFAULT;
        KeyspacePolicy policy = new KeyspacePolicy(
                0,
                0.1,
                usual.l1Ttl(),
                0,
                STALE_MILLIS,
                usual.negativeTtl(),
                0,
                usual.write(),
                usual.consistency(),
                0,
                0,
                0,
                false);
        try (RedisServerProcess redis = RedisServerProcess.start("--appendonly", "yes", "--appendfsync", "no")) {
            try {
                for (int i = 0; i < SIDECARS; i++) {
                    FaultProxy proxy = FaultProxy.start(redis.port());
                    proxies.add(proxy);
                    sidecars.add(ProofSidecar.watchful("redis://127.0.0.1:" + proxy.port(), policy));
                }
                for (ProofSidecar sidecar : sidecars) {
                    Await.until("a sidecar is coherent", sidecar::isCoherent);
                }
                disturb(redis);
                compareAll(redis);
                return report();
            } finally {
                sidecars.forEach(ProofSidecar::close);
                proxies.forEach(FaultProxy::close);
            }
        }
    }

    /** Clients and faults, side by side. */
    private void disturb(RedisServerProcess redis) throws Exception {
        Duration total = Duration.ofSeconds(seconds);
        long deadline = System.nanoTime() + total.toNanos();
        List<Future<?>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < SIDECARS * CLIENTS_EACH; i++) {
                ProofSidecar sidecar = sidecars.get(i % SIDECARS);
                ProofClient client = new ProofClient(sidecar, redis, keys, tally, seed + i);
                all.add(threads.submit(() -> client.runUntil(deadline)));
            }
            for (int i = 0; i < SIDECARS; i++) {
                FaultTimetable faults = new FaultTimetable(
                        seed + i, FaultTimetable.of(proxies.get(i)), Duration.ofMillis(50), Duration.ofMillis(1_500));
                all.add(threads.submit(() -> run(faults, total)));
            }
            List<FaultTimetable.Fault> ofRedis = List.of(
                    new FaultTimetable.Fault("restart", redis::restart, () -> {}),
                    new FaultTimetable.Fault("suspended", redis::pause, redis::resume));
            FaultTimetable faults =
                    new FaultTimetable(seed + SIDECARS, ofRedis, Duration.ofMillis(500), Duration.ofMillis(2_500));
            all.add(threads.submit(() -> run(faults, total)));
            for (Future<?> one : all) {
                one.get();
            }
        }
        for (FaultProxy proxy : proxies) {
            proxy.resume();
        }
    }

    private static boolean run(FaultTimetable faults, Duration total) throws Exception {
        faults.run(total);
        return true;
    }

    /** When nothing fails and nobody writes, all have what Redis has. */
    private void compareAll(RedisServerProcess redis) throws Exception {
        List<KeyHistory> all = new ArrayList<>(tally.uncertain());
        for (int i = 0; i < KEYS; i++) {
            all.add(keys.get(i));
        }
        try (RespClient direct = redis.connect()) {
            for (ProofSidecar sidecar : sidecars) {
                Await.until("a sidecar is coherent", sidecar::isCoherent);
                try (RespClient client = sidecar.connect()) {
                    Await.until(
                            "L2 is used again",
                            () -> !client.call("EXISTS", "some", "others").isError());
                    for (KeyHistory history : all) {
                        compare(direct.call("GET", history.key).toString(), client, history);
                    }
                }
            }
        }
    }

    /** The last of the messages that were held back may be a moment away. */
    private void compare(String wanted, RespClient client, KeyHistory history) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(turnMillis);
        String got = client.call("GET", history.key).toString();
        while (!got.equals(wanted) && System.nanoTime() - deadline < 0) {
            got = client.call("GET", history.key).toString();
        }
        if (!got.equals(wanted)) {
            tally.violation(history.key + " is " + got + " at a sidecar and " + wanted + " in Redis, in all calm");
        }
    }

    private boolean report() {
        long failures = sidecars.stream().mapToLong(ProofSidecar::failures).sum();
        double hits =
                sidecars.stream().mapToDouble(ProofSidecar::hitRate).average().orElse(0);
        System.out.printf(
                "reads checked %,d, of them outdated %,d, worst staleness %,d ms (bound %,d ms), hit rate %.2f%n",
                tally.reads.sum(), tally.outdated(), tally.worstMillis(), boundMillis(), hits);
        System.out.printf(
                "writes %,d, without an answer %,d, errors %,d, failures within sidecars %,d, violations %,d%n",
                tally.writes.sum(), tally.uncertain().size(), tally.errors.sum(), failures, tally.violations());
        return tally.violations() == 0 && failures == 0 && tally.reads.sum() > 0 && hits > 0;
    }
}
