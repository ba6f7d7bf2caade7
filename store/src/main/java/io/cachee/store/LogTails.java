package io.cachee.store;

/**
 * The old ends of the logs as the policy sees them. Used under the reclaimer's lock.
 *
 * <p>The figures that a policy needs for every entry are expensive to count, so they are kept for
 * {@link #BYTES_PER_LOOK} bytes of entries. Evictions are counted by {@link #settle}, once for all that happened while
 * the lock was held, so a batch of them costs no more than one.
 */
final class LogTails implements Tails {
    private static final int SMALL = EvictionPolicy.SMALL;
    private static final int MAIN = EvictionPolicy.MAIN;
    private static final int NONE = -1;
    private static final long UNKNOWN = Long.MIN_VALUE;

    /** How long figures are kept, in bytes of entries that were decided about. */
    private static final int BYTES_PER_LOOK = 2048;

    private final Index index;
    private final Segments segments;
    private final History history;
    private final Counters counters;
    private final MemoryLimit limit;
    private final Tail[] tails;
    /** The segment that is being compacted or vacated. It belongs to a log too, but need not lie at its old end. */
    private final Tail sweep;

    private final ExpirySample sample;
    private long bytesUntilLook;
    /** As of the last look. */
    private long capacityBytes;
    /** Live bytes of the main log, or {@link #UNKNOWN}. Drops from the other log do not change them. */
    private long mainBytes = UNKNOWN;
    /** Entries dropped from each log that are not counted yet. */
    private final int[] dropped = new int[Segments.LOGS];

    LogTails(StoreCore core, Tail sweep) {
        this.index = core.index;
        this.segments = core.segments;
        this.history = core.history;
        this.counters = core.counters;
        this.limit = core.limit;
        this.tails = new Tail[] {new Tail(core, false), new Tail(core, false)};
        this.sweep = sweep;
        this.sample = new ExpirySample(core);
    }

    // ---------------------------------------------------------------- for the reclaimer

    /** Counts what was done. To be called before the lock is released. */
    void settle() {
        tails[SMALL].settle();
        tails[MAIN].settle();
        sweep.settle();
        if (dropped[SMALL] > 0) {
            counters.evictedOnProbation.add(dropped[SMALL]);
            dropped[SMALL] = 0;
        }
        if (dropped[MAIN] > 0) {
            counters.evictedFromMain.add(dropped[MAIN]);
            dropped[MAIN] = 0;
        }
        bytesUntilLook = 0;
    }

    /** Forgets what was under way. */
    void forget() {
        tails[SMALL].forget();
        tails[MAIN].forget();
        sweep.forget();
    }

    /** Whether a segment is being emptied at the moment. */
    boolean isBusyWith(int segment) {
        return segment == tails[SMALL].segment() || segment == tails[MAIN].segment() || segment == sweep.segment();
    }

    /** Puts back the segments that were taken from the old ends. */
    void putBack() {
        for (Tail tail : tails) {
            if (tail.isActive()) {
                tail.putBack();
            }
        }
    }

    /** Makes another log the young end of the main log, except segments that writers are at work in. */
    void joinToMain(int log) {
        segments.sealOpen(log);
        while (joinOldestToMain(log)) {
            outdate();
        }
    }

    /** Whether entries with this many bytes more than now would exceed the limit. */
    boolean exceedLimitWith(long moreBytes) {
        return limit.isExceededWith(moreBytes - unsettledBytes());
    }

    private long unsettledBytes() {
        return tails[SMALL].unsettledBytes() + tails[MAIN].unsettledBytes() + sweep.unsettledBytes();
    }

    /** Bytes that are as good as free, because their segment is being emptied. */
    long passedBytes() {
        return tails[SMALL].passedBytes() + tails[MAIN].passedBytes() + sweep.passedBytes();
    }

    /** Dead bytes that are not on their way to be free already. */
    long lingeringDeadBytes() {
        return segments.deadBytes() + unsettledBytes() - passedBytes();
    }

    /** Whether the figures have been kept for long enough. */
    boolean areOutdated() {
        return bytesUntilLook <= 0;
    }

    /** Makes the next call that needs figures count them again. */
    void outdate() {
        bytesUntilLook = 0;
    }

    /** Counts the figures again. */
    void look() {
        bytesUntilLook = BYTES_PER_LOOK;
        mainBytes = UNKNOWN;
        long room = (long) (segments.capacity() - Reclaimer.TARGET_FREE - 1) * segments.segmentSize()
                - segments.lostBytes()
                - Math.max(0, lingeringDeadBytes());
        capacityBytes = Math.min(room, limit.bytes()) - segments.liveBytesIn(EvictionPolicy.KEPT);
    }

    /** Whether the main log may have changed since its bytes were last counted. */
    boolean mainMayHaveChanged() {
        return mainBytes == UNKNOWN;
    }

    /** Makes the oldest segment of another log the youngest of the main log. False when there is none to take. */
    boolean joinOldestToMain(int log) {
        boolean joined = segments.joinOldestToMain(log);
        if (joined) {
            mainBytes = UNKNOWN;
        }
        return joined;
    }

    // ---------------------------------------------------------------- for the policy

    @Override
    public long bytes(int log) {
        if (log != MAIN) {
            return liveBytesIn(log);
        }
        if (areOutdated()) {
            look();
        }
        if (mainBytes == UNKNOWN) {
            mainBytes = liveBytesIn(MAIN);
        }
        return mainBytes;
    }

    private long liveBytesIn(int log) {
        return segments.liveBytesIn(log) - tails[log].unsettledBytes();
    }

    @Override
    public long capacityBytes() {
        if (areOutdated()) {
            look();
        }
        return capacityBytes;
    }

    @Override
    public long entries() {
        return index.entries();
    }

    @Override
    public boolean seek(int log) {
        Tail tail = tails[log];
        while (true) {
            if (!tail.isActive()) {
                int oldest = oldest(log);
                if (oldest == NONE) {
                    return false;
                }
                tail.start(oldest);
            }
            if (tail.seek()) {
                return true;
            }
        }
    }

    private int oldest(int log) {
        int oldest = segments.takeOldest(log);
        if (oldest == NONE && !segments.isEmpty(log)) {
            segments.sealOpen(log);
            oldest = segments.takeOldest(log);
        }
        return oldest;
    }

    @Override
    public int policy(int log) {
        return tails[log].policy();
    }

    @Override
    public long entryBytes(int log) {
        return tails[log].entryBytes();
    }

    /**
     * Whether the entry found must not be evicted. Its segment is then swept, as soon as no other is, and its entries
     * go to the logs where they belong. Only the sweep moves such entries, so that the reserve suffices for them.
     */
    private boolean sortsOut(int log) {
        Tail tail = tails[log];
        if (!tail.isSpared()) {
            return false;
        }
        if (!sweep.isActive()) {
            int segment = tail.segment();
            tail.putBack();
            if (segments.take(segment)) {
                sweep.start(segment);
            }
        }
        return true;
    }

    @Override
    public boolean dropSoonest() {
        long bytes = sample.dropSoonest();
        bytesUntilLook -= bytes;
        mainBytes = UNKNOWN;
        return bytes > 0;
    }

    @Override
    public void drop(int log, boolean remember) {
        if (sortsOut(log)) {
            return;
        }
        dropped[log]++;
        bytesUntilLook -= entryBytes(log);
        if (log == MAIN) {
            mainBytes = UNKNOWN;
        }
        tails[log].drop(remember, history);
    }

    @Override
    public void move(int log, int toLog, int newPolicy) {
        if (sortsOut(log)) {
            return;
        }
        bytesUntilLook -= entryBytes(log);
        mainBytes = UNKNOWN;
        tails[log].move(toLog, newPolicy);
    }
}
