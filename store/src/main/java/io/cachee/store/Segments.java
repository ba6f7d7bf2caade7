package io.cachee.store;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps track of space: which segment is free, which takes records, which waits to be reclaimed, and how many bytes of
 * each are live. Only the writer needs this, so it lives on the heap; readers need the generations alone.
 *
 * <p>A segment goes free, open, sealed, free. An open one belongs to a log and hands out room by compare-and-set on one
 * word: {@code open 1 | writers at work 15 | bytes used 48}. A writer is at work from {@link #reserve} to
 * {@link #commit}; a segment is only scanned when nobody is. Records that are unlinked are {@link #kill killed}; a
 * sealed segment without live bytes can be freed without looking at it.
 */
final class Segments {
    static final long NO_SPACE = -1;
    static final int LOGS = 3;

    private static final long OPEN = 1L << 63;
    private static final long WRITER = 1L << 48;
    private static final long USED_MASK = WRITER - 1;
    private static final int NONE = -1;
    private static final int NO_LOG = -1;

    private final Region region;
    private final Layout layout;
    private final int segmentSize;
    private final AtomicLongArray words;
    private final AtomicLongArray live;
    private final AtomicLongArray earliestExpiry;
    private final AtomicIntegerArray openSegments = new AtomicIntegerArray(LOGS);
    private final byte[] logs;
    private final LongAdder[] dead = {new LongAdder(), new LongAdder(), new LongAdder()};
    /** Bytes at the ends of sealed segments where no record fitted. */
    private final AtomicLongArray lost = new AtomicLongArray(LOGS);

    private final ProbationAges ages;

    private final BitSet free;
    private final SegmentQueue[] sealed = new SegmentQueue[LOGS];
    private final AtomicIntegerArray segmentsInLog = new AtomicIntegerArray(LOGS);
    /** Changed under the monitor, read by any thread. */
    private volatile int freeCount;

    private volatile int firstSegment;

    Segments(Region region, Layout layout, int firstSegment) {
        this.region = region;
        this.layout = layout;
        this.segmentSize = layout.segmentSize();
        this.words = new AtomicLongArray(layout.segmentCount());
        this.live = new AtomicLongArray(layout.segmentCount());
        this.earliestExpiry = new AtomicLongArray(layout.segmentCount());
        this.logs = new byte[layout.segmentCount()];
        this.ages = new ProbationAges(layout.segmentCount());
        this.free = new BitSet(layout.segmentCount());
        this.firstSegment = firstSegment;
        free.set(firstSegment, layout.segmentCount());
        freeCount = free.cardinality();
        for (int log = 0; log < LOGS; log++) {
            sealed[log] = new SegmentQueue(layout.segmentCount());
            openSegments.set(log, NONE);
        }
        java.util.Arrays.fill(logs, (byte) NO_LOG);
    }

    int segmentSize() {
        return segmentSize;
    }

    int freeCount() {
        return freeCount;
    }

    /** Segments that may hold records. */
    int capacity() {
        return layout.segmentCount() - firstSegment;
    }

    int segmentOf(long address) {
        return (int) (address >>> layout.segmentShift());
    }

    int logOf(long address) {
        return logs[segmentOf(address)];
    }

    long deadBytes() {
        return dead[0].sum() + dead[1].sum() + dead[2].sum();
    }

    long liveBytesIn(int log) {
        return (long) segmentsInLog.getPlain(log) * segmentSize - openRoom(log) - dead[log].sum() - lost.getPlain(log);
    }

    long lostBytes() {
        return lost.getPlain(0) + lost.getPlain(1) + lost.getPlain(2);
    }

    boolean isInUse(int segment) {
        return logs[segment] != NO_LOG;
    }

    boolean isEmpty(int log) {
        return segmentsInLog.get(log) == 0;
    }

    /** Whether a record lies in the younger part of the small log; {@code share} of its length counts as young. */
    boolean isYoung(long address, double share) {
        return ages.isYoung(segmentOf(address), share);
    }

    long liveBytes() {
        long sum = 0;
        for (int i = 0; i < live.length(); i++) {
            sum += live.getOpaque(i);
        }
        return sum;
    }

    /** About {@link #liveBytes()}, but cheap. */
    long liveBytesEstimate() {
        return Math.max(0, (long) (capacity() - freeCount) * segmentSize - deadBytes());
    }

    long liveBytes(int segment) {
        return live.get(segment);
    }

    long usedBytes(int segment) {
        return words.get(segment) & USED_MASK;
    }

    boolean isQuiet(int segment) {
        return (words.get(segment) & ~OPEN) >>> 48 == 0;
    }

    /** Room left in the log's open segment. */
    int openRoom(int log) {
        int segment = openSegments.get(log);
        return segment == NONE ? 0 : segmentSize - (int) Math.min(segmentSize, usedBytes(segment));
    }

    /** Where the log's next record goes if it fits, or the end of the region if the log has no open segment. */
    long end(int log) {
        int segment = openSegments.getPlain(log);
        return segment == NONE ? region.size() : startOf(segment) + (words.getPlain(segment) & USED_MASK);
    }

    /** The address at which a segment begins. */
    long startOf(int segment) {
        return (long) segment << layout.segmentShift();
    }

    /**
     * Reserves {@code size} bytes at the end of a log, in a new segment if necessary, but leaves {@code keepFree}
     * segments free. The caller must call {@link #commit} afterwards.
     *
     * @return the address, or {@link #NO_SPACE}
     */
    long reserve(int log, int size, int keepFree) {
        while (true) {
            int segment = openSegments.get(log);
            if (segment != NONE) {
                long word = words.get(segment);
                long used = word & USED_MASK;
                if (word < 0 && used + size <= segmentSize) {
                    if (words.compareAndSet(segment, word, word + size + WRITER)) {
                        live.getAndAdd(segment, size);
                        return startOf(segment) + used;
                    }
                    continue;
                }
            }
            if (!roll(log, segment, keepFree)) {
                return NO_SPACE;
            }
        }
    }

    void commit(long address) {
        words.getAndAdd(segmentOf(address), -WRITER);
    }

    /** Notes when a record expires, so that its segment is searched in time. */
    void noteExpiry(long address, long expiryMillis) {
        int segment = segmentOf(address);
        long seen = earliestExpiry.get(segment);
        while (expiryMillis < seen && !earliestExpiry.compareAndSet(segment, seen, expiryMillis)) {
            seen = earliestExpiry.get(segment);
        }
    }

    void setEarliestExpiry(int segment, long expiryMillis) {
        earliestExpiry.set(segment, expiryMillis);
    }

    long earliestExpiry(int segment) {
        return earliestExpiry.get(segment);
    }

    /** Counts the bytes of a record that is no longer linked as dead. */
    void kill(long address, long size) {
        int segment = segmentOf(address);
        live.getAndAdd(segment, -size);
        dead[logs[segment]].add(size);
    }

    private synchronized boolean roll(int log, int expected, int keepFree) {
        int segment = openSegments.get(log);
        if (segment != expected) {
            return true;
        }
        if (freeCount <= keepFree) {
            return false;
        }
        if (segment != NONE) {
            seal(log, segment);
        }
        int next = free.previousSetBit(layout.segmentCount() - 1);
        free.clear(next);
        freeCount = freeCount - 1;
        earliestExpiry.set(next, Long.MAX_VALUE);
        logs[next] = (byte) log;
        segmentsInLog.incrementAndGet(log);
        if (log == EvictionPolicy.SMALL) {
            ages.opened(next, segmentsInLog.get(log) == 1);
        }
        live.set(next, 0);
        words.set(next, OPEN);
        openSegments.set(log, next);
        return true;
    }

    private void seal(int log, int segment) {
        words.getAndUpdate(segment, word -> word & ~OPEN);
        lost.addAndGet(log, segmentSize - usedBytes(segment));
        sealed[log].addLast(segment);
    }

    /** Seals the open segment of a log, if there is one. */
    synchronized void sealOpen(int log) {
        int segment = openSegments.get(log);
        if (segment != NONE) {
            openSegments.set(log, NONE);
            seal(log, segment);
        }
    }

    /** The log's oldest sealed segment that no writer is at work in, or -1; it is taken out of the queue. */
    synchronized int takeOldest(int log) {
        for (int i = 0; i < sealed[log].size(); i++) {
            int segment = sealed[log].get(i);
            if (isQuiet(segment)) {
                sealed[log].remove(segment);
                if (log == EvictionPolicy.SMALL) {
                    ages.taken(segment);
                }
                return segment;
            }
        }
        return NONE;
    }

    /** Makes the oldest segment of another log the youngest of the main log. False when there is none to take. */
    synchronized boolean joinOldestToMain(int log) {
        int segment = takeOldest(log);
        if (segment == NONE) {
            return false;
        }
        long deadBytes = usedBytes(segment) - live.get(segment);
        segmentsInLog.decrementAndGet(log);
        segmentsInLog.incrementAndGet(EvictionPolicy.MAIN);
        logs[segment] = EvictionPolicy.MAIN;
        dead[log].add(-deadBytes);
        dead[EvictionPolicy.MAIN].add(deadBytes);
        long lostBytes = segmentSize - usedBytes(segment);
        lost.addAndGet(log, -lostBytes);
        lost.addAndGet(EvictionPolicy.MAIN, lostBytes);
        sealed[EvictionPolicy.MAIN].addLast(segment);
        return true;
    }

    /** The sealed segment with the most dead bytes that no writer is at work in, or -1. */
    synchronized int mostDead() {
        int best = NONE;
        long most = 0;
        for (SegmentQueue queue : sealed) {
            for (int i = 0; i < queue.size(); i++) {
                int segment = queue.get(i);
                long bytes = deadBytes(segment);
                if (bytes > most && isQuiet(segment)) {
                    best = segment;
                    most = bytes;
                }
            }
        }
        return best;
    }

    long deadBytes(int segment) {
        return usedBytes(segment) - live.get(segment);
    }

    /** Takes a sealed segment out of its queue; false when it is not there or a writer is at work in it. */
    synchronized boolean take(int segment) {
        int log = logs[segment];
        return log != NO_LOG && isQuiet(segment) && sealed[log].remove(segment);
    }

    /** Puts a segment that was taken, but not emptied, back where it was: at the old end of its log. */
    synchronized void putBack(int segment) {
        sealed[logs[segment]].addFirst(segment);
    }

    /** Frees a segment that was taken and whose records are all unlinked. */
    synchronized void release(int segment) {
        if (live.get(segment) != 0) {
            throw new IllegalStateException("segment " + segment + " still has " + live.get(segment) + " live bytes");
        }
        segmentsInLog.decrementAndGet(logs[segment]);
        reset(segment);
        if (segment >= firstSegment) {
            free.set(segment);
            freeCount = freeCount + 1;
        }
    }

    /** Raises the generation, by which readers know that the segment no longer holds the record they looked up. */
    private void reset(int segment) {
        long generationOffset = layout.generationsOffset() + 8L * segment;
        region.setLongRelease(generationOffset, region.getLong(generationOffset) + 1);
        region.fence();
        dead[logs[segment]].add(-usedBytes(segment));
        lost.addAndGet(logs[segment], usedBytes(segment) - segmentSize);
        words.set(segment, 0);
        logs[segment] = NO_LOG;
    }

    /** Frees everything at once. Every stripe is locked and has been cleared. */
    synchronized void clear() {
        for (int log = 0; log < LOGS; log++) {
            openSegments.set(log, NONE);
            sealed[log].clear();
            segmentsInLog.set(log, 0);
        }
        for (int segment = 0; segment < layout.segmentCount(); segment++) {
            if (logs[segment] != NO_LOG) {
                reset(segment);
                live.set(segment, 0);
                if (segment >= firstSegment) {
                    free.set(segment);
                }
            }
        }
        for (int log = 0; log < LOGS; log++) {
            dead[log].reset();
            lost.set(log, 0);
        }
        freeCount = free.cardinality();
    }

    synchronized int firstSegment() {
        return firstSegment;
    }

    /** Puts no more records below {@code segment}. The caller empties the segments there that are still in use. */
    synchronized void surrenderBelow(int segment) {
        free.clear(0, segment);
        freeCount = free.cardinality();
        firstSegment = segment;
        for (int log = 0; log < LOGS; log++) {
            int open = openSegments.get(log);
            if (open != NONE && open < segment) {
                sealOpen(log);
            }
        }
    }

    /** Gives the segments from {@code segment} on back to records. */
    synchronized void reclaimFrom(int segment) {
        free.set(segment, firstSegment);
        firstSegment = segment;
        freeCount = free.cardinality();
    }

    /** The highest segment in use below {@code segment}, or -1. */
    synchronized int usedBelow(int segment) {
        for (int i = segment - 1; i >= 0; i--) {
            if (logs[i] != NO_LOG) {
                return i;
            }
        }
        return NONE;
    }
}
