package io.cachee.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The store and its peers, compared on one trace with the same room for keys and values. */
public final class Comparison {
    /** The names of the peers, in the order of their scores. The last is the optimum, which no real policy can be. */
    public static final List<String> PEERS = List.of("LRU", "S3-FIFO", "SIEVE", "Caffeine", "OPT");

    private static final int MAX_REPLAYS = 8;
    /** These replays change the region's size; later ones change the values' size, which is finer. */
    private static final int REPLAYS_BY_REGION = 3;

    /** The store's replay together with the workload that its calibration settled on. */
    private record Replay(Workload workload, CacheeRun run) {}

    private final Setup setup;
    private final List<Score> scores;
    private final Workload workload;
    private final CacheeRun run;
    private final Budget budget;

    private Comparison(Setup setup, List<Score> scores, Replay replay, Budget budget) {
        this.setup = setup;
        this.scores = List.copyOf(scores);
        this.workload = replay.workload;
        this.run = replay.run;
        this.budget = budget;
    }

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
        Budget budget = budget(setup, replay);
        List<Score> scores = new ArrayList<>(List.of(replay.run.score()));
        for (String peer : peers) {
            scores.add(Score.of(peer, replay.workload, peer(peer, budget)));
        }
        return new Comparison(setup, scores, replay, budget);
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

    /** Replays until the store holds about as many entries as asked; returns the best of a few tries. */
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
            calibration = calibration.corrected(entries, held, mayResize && i + 1 >= REPLAYS_BY_REGION);
        }
        return Objects.requireNonNull(best);
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

    /** What was asked for. */
    public Setup setup() {
        return setup;
    }

    /** The store's score, then the peers'. */
    public List<Score> scores() {
        return scores;
    }

    /** The size of the store's region. */
    public long regionBytes() {
        return run.regionBytes();
    }

    /** The size of all values, or {@link Setup#AS_TRACED} when they differ. */
    public long uniformValueBytes() {
        return workload.isUniform() ? workload.valueBytes(0) : Setup.AS_TRACED;
    }

    /** Whether the store ran out of room; if it never did, the peers had room for everything. */
    public boolean full() {
        return run.full();
    }

    /** The entries that the store held on average once it was full. */
    public double heldEntries() {
        return run.heldEntries();
    }

    /** The bytes of keys and values that the store held on average once it was full. */
    public double heldPayloadBytes() {
        return run.heldPayloadBytes();
    }

    /** The entries that the peers could hold; 0 when their room was in bytes. */
    public long peerEntries() {
        return budget.countsEntries() ? budget.capacity() : 0;
    }

    /** The bytes of keys and values that the peers could hold. */
    public long peerPayloadBytes() {
        return budget.payloadBytes();
    }

    /** The number of requests whose value is too large for the store. */
    public long tooLarge() {
        return run.tooLarge();
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

    /** The best hit ratio among the peers, without the optimum. */
    public double bestPercent() {
        return scores.stream()
                .skip(1)
                .filter(score -> !score.policy().equals("OPT"))
                .mapToDouble(Score::hitPercent)
                .max()
                .orElse(0);
    }
}
