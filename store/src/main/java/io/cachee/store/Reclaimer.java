package io.cachee.store;

import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/**
 * Makes room: evicts, compacts, and moves the border between index and segments. Whoever holds {@link #lock} does a
 * bounded step; a writer that finds the lock taken and room enough goes on without it.
 *
 * <p>What is done, by urgency: segments that the growing index needs are emptied; segments with few live bytes are,
 * when dead bytes have piled up beyond {@link #DEAD_SHARE} of the space (this bounds what overwrites and expiry can
 * waste); else the policy evicts from the logs' old ends.
 */
final class Reclaimer implements Tails {
    /** Segments that only the reclaimer may take, so that it can always copy what stays. */
    static final int RESERVE = 2;
    /** Free segments below which every writer helps a little. */
    static final int TARGET_FREE = RESERVE + 2;

    private static final double DEAD_SHARE = 0.06;
    /** Compacting a segment pays when at least this share of it is dead. */
    private static final double WORTH_COMPACTING = 0.10;

    private static final int MAX_STEPS = 256;
    /** Writers help in turns of about so many bytes, which is cheaper than a little each time. */
    private static final int LEAST_BATCH = 4096;

    private static final int MAX_SPINS = 5000;
    private static final int STEPS_TO_VACATE = 64;
    private static final int NONE = -1;
    private static final long UNKNOWN = Long.MIN_VALUE;

    /** After entries of so many bytes it is looked anew how much room there is, and whether to compact. */
    private static final int BYTES_PER_LOOK = 2048;

    private final ReentrantLock lock = new ReentrantLock();
    private final Index index;
    private final Segments segments;
    private final Records records;
    private final EvictionPolicy policy;
    private final History history;
    private final Counters counters;
    private final Removals removals;
    private final IndexSizer sizer;
    /** Bytes written since anybody last helped; races only blur it. */
    private long owed;
    /** Batches of help by writers, and how many there had been when the housekeeper last came. */
    private int batches;

    private int batchesSeen;

    private final Tail[] tails;
    /** The segment being compacted or vacated. */
    private final Tail sweep;

    private long bytesUntilLook;
    /** As of the last look. */
    private long capacityBytes;
    /** Live bytes of the main log, kept because counting them is dear; drops from the other log do not change them. */
    private long mainBytes = UNKNOWN;
    /** Entries dropped from each log that nobody was told of yet. */
    private final int[] dropped = new int[Segments.LOGS];

    Reclaimer(Store store, Segments segments, Records records, History history, Counters counters) {
        this.index = store.index();
        this.segments = segments;
        this.records = records;
        this.history = history;
        this.policy = store.policy();
        this.counters = counters;
        this.removals = store.removals();
        this.sizer = new IndexSizer(store.layout(), index, segments);
        this.tails =
                new Tail[] {new Tail(store, segments, records, counters), new Tail(store, segments, records, counters)};
        this.sweep = new Tail(store, segments, records, counters);
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
        settle();
        lock.unlock();
    }

    /** Counts what was done with the lock held: a batch of evictions costs no more to account for than one. */
    private void settle() {
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

    // ---------------------------------------------------------------- on behalf of writers

    /** Does a share of the work that a write of {@code bytes} causes, if there is any and nobody else is at it. */
    void assist(long bytes) {
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
                if (!step() || bytesUntilLook <= 0 && reclaimedBytes() - before >= goal) {
                    return;
                }
            }
        } finally {
            unlock();
        }
    }

    /** Free space, and space that is as good as free because its segment is being emptied. */
    private long reclaimedBytes() {
        return (long) segments.freeCount() * segments.segmentSize()
                + tails[SMALL].passedBytes()
                + tails[MAIN].passedBytes()
                + sweep.passedBytes()
                + segments.openRoom(MAIN);
    }

    private static final int SMALL = EvictionPolicy.SMALL;
    private static final int MAIN = EvictionPolicy.MAIN;

    /** Works until so many segments are free beside the reserve. False when nothing more can go. */
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
     * To be called between steps by whoever takes the lock again and again: lets those in who wait for it, and makes
     * up for the help that writers, who only try the lock, could not give meanwhile.
     */
    void giveWay() {
        for (int spin = 0; spin < MAX_SPINS && lock.hasQueuedThreads(); spin++) {
            Thread.onSpinWait();
        }
        if (policy.evicts() && segments.freeCount() < TARGET_FREE) {
            assist(LEAST_BATCH);
        }
    }

    /**
     * Keeps some segments free ahead of need, and the index at its proper size. Where writers do, it does not get in
     * their way: it might lose its core while they wait for its lock.
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
        if (policy.evicts() && !(besideWriters && batches != batchesSeen)) {
            assist(LEAST_BATCH);
        }
        batchesSeen = batches;
    }

    /** Whether there is something that {@link #maintain} would do. */
    boolean isAtWork() {
        return sizer.isWanted() || policy.evicts() && segments.freeCount() < TARGET_FREE;
    }

    /** Forgets what was under way: everything was cleared. The lock is held. */
    void reset() {
        tails[SMALL].forget();
        tails[MAIN].forget();
        sweep.forget();
    }

    // ---------------------------------------------------------------- one step

    /** One entry further. False when there is nothing to reclaim. */
    private boolean step() {
        if (sweep.isActive() || (isTimeToLook() || !policy.evicts()) && chooseSweep()) {
            return sweepStep();
        }
        if (!policy.evicts()) {
            return false;
        }
        boolean mayHaveChanged = mainBytes == UNKNOWN;
        if (mayHaveChanged && policy.fillsMainFirst(this) && segments.joinOldestToMain()) {
            mainBytes = UNKNOWN;
            return true;
        }
        int free = segments.freeCount();
        return policy.evict(this) || segments.freeCount() != free;
    }

    private boolean isTimeToLook() {
        if (bytesUntilLook > 0) {
            return false;
        }
        look();
        return true;
    }

    private void look() {
        bytesUntilLook = BYTES_PER_LOOK;
        mainBytes = UNKNOWN;
        capacityBytes = (long) (segments.capacity() - TARGET_FREE - 1) * segments.segmentSize()
                - segments.lostBytes()
                - Math.max(0, lingeringDeadBytes());
    }

    /** Dead bytes that are not on their way to be free already. */
    private long lingeringDeadBytes() {
        return segments.deadBytes() + unsettledBytes() - passedBytes();
    }

    private long unsettledBytes() {
        return tails[SMALL].unsettledBytes() + tails[MAIN].unsettledBytes() + sweep.unsettledBytes();
    }

    private boolean chooseSweep() {
        int condemned = sizer.condemnedSegment();
        if (condemned != NONE && segments.freeCount() > 1 && segments.take(condemned)) {
            sweep.start(condemned);
            return true;
        }
        long capacity = (long) segments.capacity() * segments.segmentSize();
        if (lingeringDeadBytes() > capacity * DEAD_SHARE || !policy.evicts()) {
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

    private long passedBytes() {
        return tails[SMALL].passedBytes() + tails[MAIN].passedBytes() + sweep.passedBytes();
    }

    private boolean sweepStep() {
        bytesUntilLook = 0;
        if (sweep.seek() && !sweep.move(sweep.log(), sweep.policy())) {
            sweep.putBack();
            return false;
        }
        return true;
    }

    // ---------------------------------------------------------------- what the policy sees

    @Override
    public long bytes(int log) {
        if (log != MAIN) {
            return liveBytesIn(log);
        }
        if (bytesUntilLook <= 0) {
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
        if (bytesUntilLook <= 0) {
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
        if (oldest == NONE && segments.hasOpen(log)) {
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

    @Override
    public void drop(int log, boolean remember) {
        dropped[log]++;
        bytesUntilLook -= entryBytes(log);
        if (log == MAIN) {
            mainBytes = UNKNOWN;
        }
        tails[log].drop(remember, history);
    }

    @Override
    public void move(int log, int toLog, int newPolicy) {
        bytesUntilLook -= entryBytes(log);
        mainBytes = UNKNOWN;
        tails[log].move(toLog, newPolicy);
    }

    // ---------------------------------------------------------------- the index's size

    /** One stripe rebuilt, or one step towards the room that the larger index needs. False when there is none. */
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

    /** Moves one entry out of the index's way; if there is nowhere to move it, or eviction is at it already, evicts. */
    private boolean vacateStep(int condemned) {
        if (sweep.isActive() || chooseSweep()) {
            return sweepStep();
        }
        return (segments.freeCount() <= 1 || isBusyWith(condemned)) && step();
    }

    /** Enlarges the index at once if a stripe without room is well filled. False when that would be of no use. */
    boolean growIndex(int stripe) {
        lock();
        try {
            int before = Shape.above(index.shape());
            if (!sizer.demand(stripe)) {
                return false;
            }
            while (sizer.isWanted() && resizeStep()) {
                Thread.onSpinWait();
            }
            return Shape.above(index.shape()) > before;
        } finally {
            unlock();
        }
    }

    private void dropForIndex(int stripe, long slot) {
        counters.evictedForIndex.increment();
        removals.evicted(Slots.address(slot));
        records.kill(Slots.address(slot));
    }

    /** Whether a segment is being emptied just now. The lock is held. */
    boolean isBusyWith(int segment) {
        return segment == tails[SMALL].segment() || segment == tails[MAIN].segment() || segment == sweep.segment();
    }
}
