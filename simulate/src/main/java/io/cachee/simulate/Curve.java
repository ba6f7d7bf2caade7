package io.cachee.simulate;

import io.cachee.store.Eviction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The miss ratio of each policy at several capacities.
 *
 * @param trace the trace's name
 * @param unit what capacities count: entries, or bytes of keys and values when sizes differ
 * @param policies the names of the curves
 * @param points from the smallest capacity up
 */
public record Curve(String trace, Unit unit, List<String> policies, List<Point> points) {
    /** The unit of capacities. */
    public enum Unit {
        /** Entries, all of one size. */
        ENTRIES,
        /** Bytes of keys and values. */
        BYTES
    }

    /**
     * One capacity.
     *
     * @param capacity in the curve's unit
     * @param sharePercent the capacity in percent of all that the trace asks for
     * @param regionBytes the store's region
     * @param missPercent miss ratios in percent, in the order of the curve's policies
     */
    public record Point(long capacity, double sharePercent, long regionBytes, List<Double> missPercent) {}

    private static final List<String> PEERS = List.of("LRU", "Caffeine", "OPT");
    /** The names of the curves. */
    public static final List<String> POLICIES = List.of(CacheeRun.NAME, "LRU", "Caffeine", "OPT");

    private static final int STEPS = 12;
    private static final double LEAST_SHARE = 0.001;
    /** An upper estimate of the store's overhead for each entry. */
    private static final int OVERHEAD_BYTES = 24;

    private static final double MARGIN = 1.02;

    /**
     * Replays the trace at about a dozen capacities, in even steps of the logarithm, from a thousandth of what it asks
     * for up to all of it. By bytes if the trace's objects differ in size, else by entries.
     *
     * @param equalSizes whether to pass over the sizes that the trace tells
     * @param progress told of each point as soon as it is known
     */
    public static Curve of(Trace trace, Eviction eviction, boolean equalSizes, Consumer<Point> progress) {
        Workload workload = equalSizes || !trace.hasSizes()
                ? Workload.uniform(trace, Setup.DEFAULT_VALUE_BYTES)
                : Workload.sized(trace);
        List<Point> points = new ArrayList<>();
        long previous = 0;
        for (int step = 0; step < STEPS; step++) {
            double share = Math.pow(LEAST_SHARE, 1 - step / (STEPS - 1.0));
            Setup.Capacity capacity = workload.isUniform() ? entries(trace, share) : memory(workload, share);
            Point point = point(new Setup(trace, eviction, capacity, Setup.AS_TRACED), workload);
            if (point.capacity > previous) {
                previous = point.capacity;
                points.add(point);
                progress.accept(point);
            }
        }
        Unit unit = workload.isUniform() ? Unit.ENTRIES : Unit.BYTES;
        return new Curve(trace.name(), unit, POLICIES, points);
    }

    private static Setup.Capacity entries(Trace trace, double share) {
        return new Setup.Entries(Math.max(TraceSet.LEAST_ENTRIES, Math.round(trace.uniqueKeys() * share)));
    }

    /** The size of a region for about this share of the payload; the share that it really holds is counted later. */
    private static Setup.Capacity memory(Workload workload, double share) {
        double all = workload.footprintBytes()
                + (double) OVERHEAD_BYTES * workload.trace().uniqueKeys();
        double bytes =
                Math.clamp(share * all * MARGIN, StoreUnderTest.MIN_REGION_BYTES, StoreUnderTest.MAX_REGION_BYTES);
        return new Setup.Memory((long) bytes);
    }

    private static Point point(Setup setup, Workload workload) {
        Comparison found = Comparison.run(setup, PEERS);
        boolean entries = found.peerEntries() > 0;
        long capacity = entries ? found.peerEntries() : found.peerPayloadBytes();
        double all = entries ? setup.trace().uniqueKeys() : workload.footprintBytes();
        List<Double> misses =
                found.scores().stream().map(score -> 100 - score.hitPercent()).toList();
        return new Point(capacity, 100 * capacity / all, found.regionBytes(), misses);
    }
}
