package io.cachee.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/**
 * Makes room: evicts, compacts, and moves the border between index and segments. The holder of {@link #lock} does a
 * bounded step. A writer that finds the lock taken, but enough room, goes on without it.
 *
 * <p>The most urgent work comes first. Segments that the growing index needs are emptied. When dead bytes exceed
 * {@link #DEAD_SHARE} of the space, the segment with the most of them is compacted, which bounds what overwrites and
 * expiry can waste. Otherwise the policy evicts from the logs' old ends.
 */
final class Reclaimer {
    /** Segments that only the reclaimer may take, so that it can always copy what stays. */
    static final int RESERVE = 2;
    /** Free segments below which every writer helps a little. */
    static final int TARGET_FREE = RESERVE + 2;

    private static final double DEAD_SHARE = 0.06;
    /** Compacting a segment pays when at least this share of it is dead. */
    private static final double WORTH_COMPACTING = 0.10;

    private static final int MAX_STEPS = 256;
    /** Writers help in batches of about this many bytes, which is cheaper than a little each time. */
    private static final int LEAST_BATCH = 4096;

    /** How long a tick evicts down to the limit. */
    private static final long NANOS_TO_LIMIT = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int MAX_SPINS = 5000;
    private static final int STEPS_TO_VACATE = 64;
    private static final int NONE = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private final StoreCore core;
    private final Index index;
    private final Segments segments;
    private final Records records;
    private final MemoryLimit limit;
    private final Counters counters;
    private final Removals removals;
    private final IndexSizer sizer;
    /** Bytes written since a writer last helped. Races make it slightly wrong, which does no harm. */
    private long owed;
    /** Batches of help by writers, and their number when the housekeeper last looked. */
    private int batches;

    private int batchesSeen;

    /** The segment being compacted or vacated. */
    private final Tail sweep;

    private final LogTails tails;

    Reclaimer(StoreCore core) {
        this.core = core;
        this.index = core.index;
        this.segments = core.segments;
        this.records = core.records;
        this.limit = core.limit;
        this.counters = core.counters;
        this.removals = core.removals;
        this.sizer = new IndexSizer(core.layout, index, segments);
        this.sweep = new Tail(core, true);
        this.tails = new LogTails(core, sweep);
    }

    /** What the policy sees. To be used with the lock held. */
    Tails tails() {
        return tails;
    }

    IndexSizer sizer() {
        return sizer;
    }

    // ---------------------------------------------------------------- the lock

    void lock() {
        lock.lock();
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    void unlock() {
        tails.settle();
        lock.unlock();
    }

    // ---------------------------------------------------------------- on behalf of writers

    /**
     * Does a share of the work that a write of {@code bytes} causes, unless there is none or another thread is doing
     * it.
     */
    void assist(long bytes) {
        if (limit.isExceededWith(bytes)) {
            evictToLimit(bytes);
        }
        boolean resizing = sizer.isWanted();
        int free = segments.freeCount();
        if (free >= TARGET_FREE && !resizing) {
            return;
        }
        owed += bytes;
        if (free > RESERVE + 1 && !resizing && owed < LEAST_BATCH || !lock.tryLock()) {
            return;
        }
        try {
            batches++;
            if (resizing) {
                resizeStep();
            }
            long goal = owed + owed / 2;
            owed = 0;
            long before = reclaimedBytes();
            for (int i = 0; i < MAX_STEPS && segments.freeCount() < TARGET_FREE; i++) {
                if (!step() || tails.areOutdated() && reclaimedBytes() - before >= goal) {
                    return;
                }
            }
        } finally {
            unlock();
        }
    }

    /**
     * Evicts what exceeds the limit together with this many bytes more, but at most {@link #MAX_STEPS} entries, and
     * nothing while another thread has the lock. False when nothing could be done.
     */
    private boolean evictToLimit(long moreBytes) {
        if (!core.policy.evicts() || !lock.tryLock()) {
            return false;
        }
        try {
            for (int i = 0; i < MAX_STEPS && tails.exceedLimitWith(moreBytes); i++) {
                if (!step()) {
                    return false;
                }
            }
            return true;
        } finally {
            unlock();
        }
    }

    /** Free space, and space that is as good as free because its segment is being emptied. */
    private long reclaimedBytes() {
        return (long) segments.freeCount() * segments.segmentSize()
                + tails.passedBytes()
                + segments.openRoom(EvictionPolicy.MAIN);
    }

    /** Works until this many segments are free besides the reserve. False when nothing more can be reclaimed. */
    boolean makeRoom(int wanted) {
        lock();
        try {
            while (segments.freeCount() < wanted + RESERVE) {
                if (!step()) {
                    return false;
                }
            }
            return true;
        } finally {
            unlock();
        }
    }

    /**
     * Lets threads in that wait for the lock, and makes up for the help that writers, which only try the lock, could
     * not give meanwhile. To be called between steps by a thread that takes the lock repeatedly.
     */
    void giveWay() {
        for (int spin = 0; spin < MAX_SPINS && lock.hasQueuedThreads(); spin++) {
            Thread.onSpinWait();
        }
        if (core.policy.evicts() && segments.freeCount() < TARGET_FREE) {
            assist(LEAST_BATCH);
        }
    }

    /**
     * Keeps some segments free ahead of need, and the index at its proper size. While writers do that themselves it
     * stays away, because it might lose its core while they wait for the lock.
     */
    void maintain(boolean besideWriters) {
        if (sizer.isWanted() || sizer.shouldShrink()) {
            lock();
            try {
                resizeStep();
            } finally {
                unlock();
            }
        }
        if (core.policy.evicts() && !(besideWriters && batches != batchesSeen)) {
            assist(LEAST_BATCH);
        }
        batchesSeen = batches;
        long untilNanos = core.nanoTime() + NANOS_TO_LIMIT;
        while (isBeyondLimit() && evictToLimit(0) && core.nanoTime() - untilNanos < 0) {
            giveWay();
        }
    }

    private boolean isBeyondLimit() {
        return core.policy.evicts() && limit.isExceededWith(0);
    }

    /** Whether {@link #maintain} has something to do. */
    boolean isAtWork() {
        return sizer.isWanted() || core.policy.evicts() && segments.freeCount() < TARGET_FREE || isBeyondLimit();
    }

    /**
     * Gets the logs ready for another policy. It may be one that cannot evict, so the reserve is made available first.
     * The lock is held.
     */
    void prepareFor(EvictionPolicy next) {
        while (segments.freeCount() < RESERVE && step()) {
            Thread.onSpinWait();
        }
        tails.putBack();
        tails.joinToMain(EvictionPolicy.SMALL);
        if (!next.sparesLasting()) {
            tails.joinToMain(EvictionPolicy.KEPT);
        }
    }

    /** Forgets the work in progress, because everything was cleared. The lock is held. */
    void reset() {
        tails.forget();
    }

    // ---------------------------------------------------------------- one step

    /** Deals with one entry. False when there is nothing to reclaim. */
    private boolean step() {
        EvictionPolicy policy = core.policy;
        if (sweep.isActive() || (isTimeToLook() || !policy.evicts()) && chooseSweep(!policy.evicts())) {
            return sweepStep();
        }
        if (!policy.evicts()) {
            return false;
        }
        boolean spares = policy.sparesLasting();
        if (!spares && !segments.isEmpty(EvictionPolicy.KEPT)) {
            tails.joinToMain(EvictionPolicy.KEPT);
        }
        if (tails.mainMayHaveChanged()
                && policy.fillsMainFirst(tails)
                && tails.joinOldestToMain(EvictionPolicy.SMALL)) {
            return true;
        }
        int free = segments.freeCount();
        return policy.evict(tails) || segments.freeCount() != free || spares && chooseSweep(true);
    }

    private boolean isTimeToLook() {
        if (!tails.areOutdated()) {
            return false;
        }
        tails.look();
        return true;
    }

    /** @param needsAny whether compaction is the only way to get space, however little it frees */
    private boolean chooseSweep(boolean needsAny) {
        int condemned = sizer.condemnedSegment();
        if (condemned != NONE && segments.freeCount() > 1 && segments.take(condemned)) {
            sweep.start(condemned);
            return true;
        }
        long capacity = (long) segments.capacity() * segments.segmentSize();
        if (tails.lingeringDeadBytes() > capacity * DEAD_SHARE || needsAny) {
            int deadest = segments.mostDead();
            if (deadest != NONE
                    && segments.deadBytes(deadest) >= segments.segmentSize() * WORTH_COMPACTING
                    && segments.take(deadest)) {
                sweep.start(deadest);
                return true;
            }
        }
        return false;
    }

    private boolean sweepStep() {
        tails.outdate();
        if (sweep.seek() && !sweep.move(sweep.log(), sweep.policy())) {
            sweep.putBack();
            return false;
        }
        return true;
    }

    // ---------------------------------------------------------------- the index's size

    /**
     * Rebuilds one stripe, or does one step towards the room that a larger index needs. False when neither is possible.
     */
    private boolean resizeStep() {
        if (!sizer.begin()) {
            return false;
        }
        int condemned = sizer.condemnedSegment();
        if (condemned != NONE) {
            for (int i = 0; i < STEPS_TO_VACATE; i++) {
                if (!vacateStep(condemned)) {
                    return false;
                }
            }
            return true;
        }
        int stripe = sizer.nextStripe();
        StampedLock stripeLock = index.lock(stripe);
        long stamp = stripeLock.writeLock();
        try {
            index.refresh(stripe);
            index.rebuild(stripe, sizer.targetBuckets(), this::dropForIndex);
        } finally {
            stripeLock.unlockWrite(stamp);
        }
        sizer.finishIfDone();
        return true;
    }

    /**
     * Moves one entry out of the index's way. Evicts if there is no room for it, or if eviction is emptying the segment
     * already.
     */
    private boolean vacateStep(int condemned) {
        if (sweep.isActive() || chooseSweep(!core.policy.evicts())) {
            return sweepStep();
        }
        return (segments.freeCount() <= 1 || isBusyWith(condemned)) && step();
    }

    /** Enlarges the index at once if a stripe that has no room is well filled. False when that would not help. */
    boolean growIndex(int stripe) {
        lock();
        try {
            int before = IndexShape.above(index.shape());
            if (!sizer.demand(stripe)) {
                return false;
            }
            while (sizer.isWanted() && resizeStep()) {
                Thread.onSpinWait();
            }
            return IndexShape.above(index.shape()) > before;
        } finally {
            unlock();
        }
    }

    private void dropForIndex(int stripe, long slot) {
        counters.evictedForIndex.increment();
        removals.evicted(Slots.address(slot));
        records.kill(Slots.address(slot));
    }

    /** Whether a segment is being emptied at the moment. The lock is held. */
    boolean isBusyWith(int segment) {
        return tails.isBusyWith(segment);
    }
}
