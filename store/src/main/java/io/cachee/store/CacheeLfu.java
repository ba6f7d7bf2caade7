package io.cachee.store;

/**
 * The eviction policy {@code cachee-lfu}: two logs, a memory of what was evicted, and settings that follow the
 * workload.
 *
 * <p>New entries go to the small log, where they are on probation. Used there, they are promoted to main; otherwise
 * they are dropped and remembered, and if they come again soon they go to main at once. At main's old end, an entry
 * that was used goes another lap for each use counted; others are dropped. Beyond that, which is S3-FIFO's shape:
 *
 * <ol>
 *   <li>A use on probation counts only in the older part of the small log. An entry that is used again at once, and
 *       then never, does not earn a place.
 *   <li>Main is filled first: while it has less than its share, whatever leaves the small log enters it. So part of a
 *       loop that is larger than the cache stays, and is hit.
 *   <li>Main keeps moving: for every {@code patience} entries dropped from the small log, one of main's oldest entries
 *       is examined, and dropped if it was not used. So no entry stays forever merely because none proved better.
 *   <li>A returning entry may examine at most {@code reach} of main's entries for one to replace. If all were used, it
 *       goes on probation again.
 * </ol>
 *
 * <p><b>Sizes.</b> The larger an entry is, compared to the mean, the more uses it needs, and only entries of the usual
 * size may enter main unproven: a large value must earn the space it takes. A value of more than a sixteenth of the
 * space is refused when its key was not seen before and room must be made for it.
 *
 * <p><b>Settings.</b> {@link PolicyContest} runs all of them on a sample of the keys and tells which does best.
 *
 * <p>The policy byte counts uses, up to seven, in its low bits, and in its high bits those that do not count, up to
 * {@value #MOST_YOUNG_USES}. The latter are shown to users, and decide nothing. Why these rules:
 * docs/decisions/0003-eviction.md.
 */
final class CacheeLfu implements EvictionPolicy {
    /**
     * The figures in which settings differ. Changing the setting moves no entry.
     *
     * @param smallShare the small log's share of the space
     * @param youngShare the part of the small log in which uses do not count
     * @param reach how many of main's entries a returning one may look at
     * @param patience evictions from the small log for each entry that main must look at
     */
    record Setting(double smallShare, double youngShare, int reach, int patience) {
        static final int ANY = Integer.MAX_VALUE;
        /** For most workloads. */
        static final Setting BALANCED = new Setting(0.10, 0.5, 3, 16);
        /** For loops and scans. */
        static final Setting LOOPS = new Setting(0.02, 0.5, 1, 4);
        /** For workloads that use new entries again. */
        static final Setting RECENT = new Setting(0.30, 0.5, ANY, 16);
        /** For moving windows. */
        static final Setting WINDOW = new Setting(0.90, 0.0, ANY, 16);

        static final Setting[] ALL = {BALANCED, LOOPS, RECENT, WINDOW};
    }

    private static final int MOST_USES = EntryInfo.COUNTED_USES;
    private static final int YOUNG_USE = MOST_USES + 1;
    private static final int MOST_YOUNG_USES = 7;
    private static final int MOST_USES_AT_START = 3;
    /** How many powers of two above the mean an entry may be to enter main unproven. */
    private static final double UNPROVEN_SIZE = 0.5;
    /** Uses needed for each power of two above the mean. */
    private static final double USES_PER_DOUBLING = 0.5;
    /** Bounds the work of one eviction. Beyond it, main's oldest entry is dropped, used or not. */
    private static final int MOST_LOOKS = 256;

    private static final int EVICTIONS_PER_FIT = 64;
    private static final double MEAN_STEP = 1.0 / 1024;
    /** Values larger than this part of the space are refused if unknown, when space is short. */
    private static final int REFUSED_PART = 16;

    private final Segments segments;
    private final MemoryLimit limit;
    private final boolean sparesLasting;
    private final PolicyContest contest;
    private volatile Setting setting = Setting.BALANCED;
    private long credit;
    private long evictions;
    /** The number of entries in the store when it was last asked for. */
    private long entries = Long.MAX_VALUE;

    /** Running mean of the logarithm of sizes. Races make it slightly wrong, which does no harm. */
    private double meanLog;

    /**
     * @param sparesLasting whether entries without an expiry are never evicted
     * @param meanBytes the mean size of the entries that the store has already, or 0
     */
    CacheeLfu(Segments segments, MemoryLimit limit, boolean sparesLasting, long seed, long meanBytes) {
        this.segments = segments;
        this.limit = limit;
        this.sparesLasting = sparesLasting;
        this.meanLog = meanBytes == 0 ? -1 : log2(meanBytes);
        this.contest = new PolicyContest(seed, Setting.ALL);
    }

    @Override
    public boolean evicts() {
        return true;
    }

    @Override
    public boolean sparesLasting() {
        return sparesLasting;
    }

    @Override
    public int admit(long bytes) {
        learnSize(bytes);
        long space = Math.min(limit.bytes(), (long) segments.capacity() * segments.segmentSize());
        if (bytes > space / REFUSED_PART) {
            return REFUSE;
        }
        return EvictionPolicy.place(SMALL, 0);
    }

    @Override
    public int admitAgain(long bytes, Tails tails) {
        learnSize(bytes);
        boolean toMain = tails.bytes(MAIN) + bytes <= mainTarget(tails) || examineMain(setting.reach, tails);
        return EvictionPolicy.place(toMain ? MAIN : SMALL, toMain ? startingUses(bytes) : 0);
    }

    private void learnSize(long bytes) {
        double log = log2(bytes);
        meanLog = meanLog < 0 ? log : meanLog + (log - meanLog) * MEAN_STEP;
    }

    private static double log2(long bytes) {
        int exponent = 63 - Long.numberOfLeadingZeros(bytes + 1);
        return exponent + (double) (bytes + 1 - (1L << exponent)) / (1L << exponent);
    }

    @Override
    public int use(int policy, long address) {
        if (uses(policy) == MOST_USES) {
            return policy;
        }
        Setting current = setting;
        boolean young = segments.logOf(address) == SMALL && segments.isYoung(address, current.youngShare);
        if (!young) {
            return policy + 1;
        }
        return policy / YOUNG_USE < MOST_YOUNG_USES ? policy + YOUNG_USE : policy;
    }

    private static int uses(int policy) {
        return policy & MOST_USES;
    }

    /** One for entries of the usual size or less, more for larger ones. */
    private int usesNeeded(long bytes) {
        return Math.min(MOST_USES, 1 + (int) Math.max(0, USES_PER_DOUBLING * (log2(bytes) - meanLog)));
    }

    private int startingUses(long bytes) {
        return Math.min(MOST_USES_AT_START, (int) Math.max(0, USES_PER_DOUBLING * (meanLog - log2(bytes))));
    }

    private boolean mayEnterUnproven(long bytes) {
        return log2(bytes) <= meanLog + UNPROVEN_SIZE;
    }

    private long mainTarget(Tails tails) {
        long capacity = tails.capacityBytes();
        long small = Math.max((long) (capacity * setting.smallShare), 2L * segments.segmentSize());
        return capacity - small;
    }

    @Override
    public boolean fillsMainFirst(Tails tails) {
        return tails.bytes(MAIN) + 2L * segments.segmentSize() < mainTarget(tails);
    }

    @Override
    public boolean evict(Tails tails) {
        if (++evictions % EVICTIONS_PER_FIT == 0) {
            entries = tails.entries();
            contest.fit(entries);
            setting = contest.best();
        }
        long mainTarget = mainTarget(tails);
        for (int looks = 0; looks < MOST_LOOKS; looks++) {
            boolean small = tails.seek(SMALL);
            if (!small || tails.bytes(MAIN) > mainTarget) {
                if (examineMain(1, tails)) {
                    return true;
                }
                if (!small && !tails.seek(MAIN)) {
                    return false;
                }
            } else if (evictFromSmall(tails, mainTarget - tails.bytes(MAIN))) {
                return true;
            }
        }
        int log = tails.seek(MAIN) ? MAIN : SMALL;
        if (!tails.seek(log)) {
            return false;
        }
        tails.drop(log, false);
        return true;
    }

    /** Decides about the small log's oldest entry. True when an entry was dropped. */
    private boolean evictFromSmall(Tails tails, long roomInMain) {
        long bytes = tails.entryBytes(SMALL);
        if (bytes <= roomInMain && mayEnterUnproven(bytes)) {
            promote(tails, bytes);
            return false;
        }
        int uses = uses(tails.policy(SMALL));
        if (uses > 0 && uses >= usesNeeded(bytes)) {
            boolean dropped = examineMain(Setting.ANY, tails);
            promote(tails, bytes);
            return dropped;
        }
        credit = Math.min(credit - 1, entries);
        if (credit <= 0 && mayEnterUnproven(bytes)) {
            credit = 0;
            if (examineMain(1, tails)) {
                promote(tails, bytes);
                return true;
            }
        }
        tails.drop(SMALL, true);
        return true;
    }

    private void promote(Tails tails, long bytes) {
        tails.move(SMALL, MAIN, startingUses(bytes));
    }

    /** Examines main's oldest entries and drops the first that was not used enough. True when there was one. */
    private boolean examineMain(int most, Tails tails) {
        for (int i = 0; i < most && tails.seek(MAIN); i++) {
            credit += setting.patience;
            int uses = uses(tails.policy(MAIN));
            int needed = usesNeeded(tails.entryBytes(MAIN));
            if (uses < needed || i == MOST_LOOKS) {
                tails.drop(MAIN, false);
                return true;
            }
            tails.move(MAIN, MAIN, uses - needed);
        }
        return false;
    }

    @Override
    public boolean watches(long hash) {
        return contest.samples(hash);
    }

    @Override
    public void watch(long hash) {
        contest.access(hash);
    }
}
