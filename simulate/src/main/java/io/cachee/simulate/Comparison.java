package io.cachee.simulate;

import java.util.ArrayList;
import java.util.List;

/**
 * The store and its peers on one trace with the same room for payload.
 *
 * @param setup what was asked for
 * @param scores the store's first, then the peers'
 * @param regionBytes the size of the store's region
 * @param uniformValueBytes the size of the values, or {@link Setup#AS_TRACED} when they differ
 * @param full whether the store ran out of room; when it never did, the peers got room for everything
 * @param heldEntries entries that the store held on average once it was full
 * @param heldPayloadBytes bytes of keys and values, likewise
 * @param peerEntries entries that the peers might hold; 0 when their room is in bytes
 * @param peerPayloadBytes bytes of keys and values that the peers might hold
 * @param tooLarge requests whose value the store does not take
 */
public record Comparison(
        Setup setup,
        List<Score> scores,
        long regionBytes,
        long uniformValueBytes,
        boolean full,
        double heldEntries,
        double heldPayloadBytes,
        long peerEntries,
        long peerPayloadBytes,
        long tooLarge) {
    /** The names of the peers, in the order of their scores; the last is the optimum, not a policy one could have. */
    public static final List<String> PEERS = List.of("LRU", "S3-FIFO", "SIEVE", "Caffeine", "OPT");

    private static final int MAX_REPLAYS = 4;

    /** The store's replay together with the workload that its calibration settled on. */
    private record Replay(Workload workload, CacheeRun run) {}

    /**
     * Replays the trace through the store and through all peers.
     *
     * @throws IllegalArgumentException if there is no store of such a capacity
     */
    public static Comparison run(Setup setup) {
        return run(setup, PEERS);
    }

    static Comparison run(Setup setup, List<String> peers) {
        Replay replay = switch (setup.capacity()) {
            case Setup.Memory memory -> inMemory(setup, memory.bytes());
            case Setup.Entries entries -> withEntries(setup, entries.count());
        };
        Workload workload = replay.workload;
        CacheeRun run = replay.run;
        Budget budget = budget(setup, replay);
        List<Score> scores = new ArrayList<>(List.of(run.score()));
        for (String peer : peers) {
            scores.add(Score.of(peer, workload, peer(peer, budget)));
        }
        return new Comparison(
                setup,
                List.copyOf(scores),
                run.regionBytes(),
                workload.isUniform() ? workload.valueBytes(0) : Setup.AS_TRACED,
                run.full(),
                run.heldEntries(),
                run.heldPayloadBytes(),
                budget.countsEntries() ? budget.capacity() : 0,
                budget.payloadBytes(),
                run.tooLarge());
    }

    private static Replay inMemory(Setup setup, long regionBytes) {
        Workload workload =
                setup.valueBytes() == Setup.AS_TRACED && setup.trace().hasSizes()
                        ? Workload.sized(setup.trace())
                        : Workload.uniform(
                                setup.trace(),
                                setup.valueBytes() == Setup.AS_TRACED ? Setup.DEFAULT_VALUE_BYTES : setup.valueBytes());
        return new Replay(workload, CacheeRun.of(workload, regionBytes, setup.eviction()));
    }

    /** Replays until the store held the entries asked for, with the best of a few tries. */
    private static Replay withEntries(Setup setup, long entries) {
        boolean mayResize = setup.valueBytes() == Setup.AS_TRACED;
        Calibration calibration = mayResize
                ? Calibration.forEntries(entries, setup.eviction())
                : Calibration.forEntries(entries, setup.valueBytes(), setup.eviction());
        Replay best = null;
        for (int i = 0; i < MAX_REPLAYS; i++) {
            Workload workload = Workload.uniform(setup.trace(), calibration.valueBytes());
            CacheeRun run = CacheeRun.of(workload, calibration.regionBytes(), setup.eviction());
            double held = run.heldEntries();
            if (best == null || Math.abs(held - entries) < Math.abs(best.run.heldEntries() - entries)) {
                best = new Replay(workload, run);
            }
            if (!run.full() || Calibration.isWithin(entries, held)) {
                return best;
            }
            calibration = calibration.corrected(entries, held, mayResize);
        }
        return java.util.Objects.requireNonNull(best);
    }

    private static Budget budget(Setup setup, Replay replay) {
        CacheeRun run = replay.run;
        Workload workload = replay.workload;
        if (setup.capacity() instanceof Setup.Entries(long asked)
                && (!run.full() || Calibration.isWithin(asked, run.heldEntries()))) {
            return Budget.entries(workload, asked);
        }
        if (!run.full()) {
            return Budget.bytes(workload, workload.footprintBytes());
        }
        return workload.isUniform()
                ? Budget.entries(workload, Math.max(1, Math.round(run.heldEntries())))
                : Budget.bytes(workload, Math.max(1, Math.round(run.heldPayloadBytes())));
    }

    private static Peer peer(String name, Budget budget) {
        return switch (name) {
            case "LRU" -> new Lru(budget);
            case "S3-FIFO" -> new S3Fifo(budget);
            case "SIEVE" -> new Sieve(budget);
            case "Caffeine" -> new CaffeinePeer(budget);
            case "OPT" -> new Opt(budget);
            default -> throw new IllegalArgumentException("unknown peer " + name);
        };
    }

    /** The store's score. */
    public Score cachee() {
        return scores.getFirst();
    }

    /** A peer's score. */
    public Score of(String peer) {
        return scores.stream()
                .filter(score -> score.policy().equals(peer))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no score of " + peer));
    }

    /** The best hit ratio of the policies, the optimum left out. */
    public double bestPercent() {
        return scores.stream()
                .skip(1)
                .filter(score -> !score.policy().equals("OPT"))
                .mapToDouble(Score::hitPercent)
                .max()
                .orElse(0);
    }
}
