package io.cachee.bench;

import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.testkit.Await;
import io.cachee.testkit.FaultTimetable;
import io.cachee.testkit.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Several sidecars before one L2 that fails by a timetable, and clients that write versions, through sidecars and
 * directly, and judge what they read:
 *
 * <ul>
 *   <li>nobody reads a version older than the last one that was acknowledged to him by the same sidecar;
 *   <li>no version is read longer after the next one was acknowledged than the bound: how long a silent feed goes
 *       unnoticed, what {@code stale-if-error} allows, and some time for threads to get their turn;
 *   <li>when L2 has gone over to a replica, it is asked what it has; no other version that was written until then is
 *       read any longer than the bound, be it older or lost. Between the kill and that answer reads of the keys
 *       concerned are not judged, and neither is whether L2 keeps what it acknowledges;
 *   <li>when all is calm, every sidecar has of every key what L2 has.
 * </ul>
 *
 * <p>Arguments: seconds, a seed, and {@code standalone}, {@code sentinel} or {@code cluster}.
 */
final class CoherenceProof {
    private static final int SIDECARS = 3;
    private static final int CLIENTS_EACH = 4;
    private static final int STALE_MILLIS = 500;
    private static final int TURN_MILLIS = 1_000;

    /** What the sidecars stand before. */
    enum Kind {
        STANDALONE,
        SENTINEL,
        CLUSTER;

        private ProofL2 start() throws Exception {
            return switch (this) {
                case STANDALONE -> new StandaloneL2();
                case SENTINEL -> new SentinelL2();
                case CLUSTER -> new ClusterL2();
            };
        }
    }

    private final Kind kind;
    private final long seconds;
    private final long seed;
    private final int turnMillis;
    private final ProofTally tally;
    private final ProofKeys keys;
    private final List<ProofSidecar> sidecars = new ArrayList<>();

    /** @param turnMillis how long a thread that could go on may have to wait until it does */
    CoherenceProof(Kind kind, long seconds, long seed, int turnMillis) {
        this.kind = kind;
        this.seconds = seconds;
        this.seed = seed;
        this.turnMillis = turnMillis;
        this.tally = new ProofTally(boundMillis());
        this.keys = new ProofKeys(tally);
    }

    public static void main(String[] args) throws Exception {
        long seconds = args.length > 0 ? Long.parseLong(args[0]) : 60;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        Kind kind = args.length > 2 ? Kind.valueOf(args[2].toUpperCase(Locale.ROOT)) : Kind.STANDALONE;
        System.exit(new CoherenceProof(kind, seconds, seed, TURN_MILLIS).run() ? 0 : 1);
    }

    private long boundMillis() {
        return (long) ProofSidecar.DETECTION_MILLIS + STALE_MILLIS + turnMillis;
    }

    /** Whether there was no violation. */
    boolean run() throws Exception {
        System.out.println("CoherenceProof: " + kind + ", " + seconds + " s, seed " + seed);
        try (ProofL2 l2 = kind.start()) {
            try {
                for (int i = 0; i < SIDECARS; i++) {
                    sidecars.add(ProofSidecar.watchful(l2.uri(i), policy()));
                }
                for (ProofSidecar sidecar : sidecars) {
                    Await.until("a sidecar is coherent", sidecar::isCoherent);
                }
                disturb(l2);
                l2.calm();
                compareAll(l2.direct());
                return report(l2);
            } finally {
                sidecars.forEach(ProofSidecar::close);
            }
        }
    }

    private KeyspacePolicy policy() {
        return KeyspacePolicy.builder().staleIfErrorMillis(STALE_MILLIS).build();
    }

    /** Clients and faults, side by side; the latter end with the former. */
    private void disturb(ProofL2 l2) throws Exception {
        Duration total = Duration.ofSeconds(seconds);
        long deadline = System.nanoTime() + total.toNanos();
        List<Future<?>> clients = new ArrayList<>();
        List<Future<?>> faults = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<FaultTimetable> timetables = l2.faults(seed, keys);
            for (FaultTimetable timetable : timetables) {
                faults.add(threads.submit(() -> run(timetable, total)));
            }
            for (int i = 0; i < SIDECARS * CLIENTS_EACH; i++) {
                ProofSidecar sidecar = sidecars.get(i % SIDECARS);
                ProofClient client = new ProofClient(sidecar, l2.direct(), keys, tally, seed + i);
                clients.add(threads.submit(() -> client.runUntil(deadline)));
            }
            for (Future<?> one : clients) {
                one.get();
            }
            timetables.forEach(FaultTimetable::stop);
            for (Future<?> one : faults) {
                one.get();
            }
        }
    }

    private static boolean run(FaultTimetable faults, Duration total) throws Exception {
        faults.run(total);
        return true;
    }

    /** When nothing fails and nobody writes, all have what L2 has. */
    private void compareAll(DirectClient direct) throws Exception {
        for (ProofSidecar sidecar : sidecars) {
            Await.until("a sidecar is coherent", sidecar::isCoherent);
            try (RespClient client = sidecar.connect()) {
                for (KeyHistory history : keys.current()) {
                    Await.until(
                            "L2 is used again",
                            () -> !client.call("TYPE", history.key).isError());
                }
                for (KeyHistory history : keys.all()) {
                    compare(direct.call(history.key, "GET", history.key).toString(), client, history);
                }
            }
        }
        direct.hangUp();
    }

    /** The last of the messages that were held back may be a moment away. */
    private void compare(String wanted, RespClient client, KeyHistory history) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(turnMillis);
        String got = client.call("GET", history.key).toString();
        while (!got.equals(wanted) && System.nanoTime() - deadline < 0) {
            got = client.call("GET", history.key).toString();
        }
        if (!got.equals(wanted)) {
            tally.violation(history.key + " is " + got + " at a sidecar and " + wanted + " in L2, in all calm");
        }
    }

    private boolean report(ProofL2 l2) {
        long failures = sidecars.stream().mapToLong(ProofSidecar::failures).sum();
        double hits =
                sidecars.stream().mapToDouble(ProofSidecar::hitRate).average().orElse(0);
        System.out.printf(
                "reads checked %,d, of them outdated %,d, worst staleness %,d ms (bound %,d ms), hit rate %.2f%n",
                tally.reads.sum(), tally.outdated(), tally.worstMillis(), boundMillis(), hits);
        System.out.printf(
                "writes %,d, without an answer %,d, errors %,d, failures within sidecars %,d, violations %d%n",
                tally.writes.sum(), keys.uncertain(), tally.errors.sum(), failures, tally.violations());
        if (!l2.happened().isEmpty()) {
            System.out.printf(
                    "%s, acknowledged writes that L2 lost %,d, reads not judged meanwhile %,d%n",
                    l2.happened(), tally.lost.sum(), tally.unjudged());
        }
        return tally.violations() == 0 && failures == 0 && tally.reads.sum() > 0 && hits > 0 && l2.hasFailed();
    }
}
