package io.cachee.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.StampedLock;

/**
 * Frees the memory of expired entries that nobody reads. The time at which its earliest entry expires is known for each
 * segment. When it has come, the segment is searched, which costs a look at each record's first bytes, and then left
 * alone for a while.
 *
 * <p>Writers do this work if there are any: each write searches a few more records, and the housekeeper only finds out
 * that something is due. A housekeeper that held the lock could lose its core for milliseconds and make writers wait; a
 * writer that does the work itself waits for nobody. Where writes are too few, or fall behind, the housekeeper helps.
 *
 * <p>The position of the search is guarded by the reclaimer's lock, which is released every few records.
 */
final class Expirer {
    private static final int NONE = -1;
    private static final long RESCAN_MILLIS = 250;
    private static final long RESCAN_IDLE_MILLIS = 1_000;
    private static final int FRUITFUL_SHARE = 64;
    private static final int RECORDS_AT_ONCE = 64;
    private static final int RECORDS_A_WRITE = 32;
    /** Removing an expired entry costs as much as looking at this many that are not expired. */
    private static final int COST_OF_EXPIRED = 8;

    /** Looking for a due segment takes long where there are many segments. */
    private static final long MILLIS_PER_SEARCH = Housekeeper.REST_MILLIS;

    private static final int SEGMENTS_AT_ONCE = 64;
    private static final long NANOS_AT_ONCE = TimeUnit.MICROSECONDS.toNanos(50);
    /** With this many writes between two ticks, the housekeeper leaves the work to writers. */
    private static final int ENOUGH_WRITES = 16;
    /** Unless they are this late. */
    private static final long LAG_MILLIS = 500;

    private final StoreCore core;
    private final Region region;
    private final Index index;
    private final Segments segments;
    private final Records records;
    private final Reclaimer reclaimer;
    private final Counters counters;

    /** Whether something may be due. */
    private volatile boolean due;

    private int next;
    private long searchedMillis;
    /** Segments looked at since one was due. */
    private int passedOver;
    /** Writes that have helped since the last tick. */
    private int writes;

    private int segment = NONE;
    private long address;
    private long end;
    private long generation;
    private long liveBefore;
    private long dueSince;
    /** The earliest expiry still to come among the records searched so far. */
    private long earliest;

    Expirer(StoreCore core) {
        this.core = core;
        this.region = core.region;
        this.index = core.index;
        this.segments = core.segments;
        this.records = core.records;
        this.reclaimer = core.reclaimer;
        this.counters = core.counters;
    }

    /** Searches a few more records on behalf of a write, if something is due and nobody else is doing it. */
    void help() {
        if (!due || !reclaimer.tryLock()) {
            return;
        }
        try {
            writes++;
            advance(RECORDS_A_WRITE, core.clockMillis());
        } finally {
            reclaimer.unlock();
        }
    }

    /** Searches until nothing is due or the deadline has passed. */
    void expireDue(long deadlineNanos) {
        long now = core.clockMillis();
        due |= isAnyDue(now);
        while (due) {
            reclaimer.lock();
            try {
                advance(RECORDS_AT_ONCE, now);
            } finally {
                reclaimer.unlock();
            }
            reclaimer.giveWay();
            if (core.nanoTime() - deadlineNanos >= 0) {
                return;
            }
        }
    }

    /** Whether writers do what is due. To be called once a tick; writers get one tick to begin. */
    boolean isLeftToWriters() {
        long now = core.clockMillis();
        if (!due) {
            if (now - searchedMillis >= MILLIS_PER_SEARCH) {
                searchedMillis = now;
                due = isAnyDue(now);
            }
            return true;
        }
        reclaimer.lock();
        try {
            boolean isLate = segment != NONE && now - dueSince >= LAG_MILLIS;
            boolean isLeft = writes >= ENOUGH_WRITES && !isLate;
            writes = 0;
            return isLeft;
        } finally {
            reclaimer.unlock();
        }
    }

    /** Whether something is due. */
    boolean isAtWork() {
        return due;
    }

    private boolean isAnyDue(long now) {
        for (int i = 0; i < core.layout.segmentCount(); i++) {
            if (isDue(i, now)) {
                return true;
            }
        }
        return false;
    }

    private boolean isDue(int number, long now) {
        return segments.earliestExpiry(number) <= now && segments.isInUse(number);
    }

    /** Searches a few records, or chooses a segment to search. */
    private void advance(int most, long now) {
        if (segment == NONE && !chooseSegment(now)) {
            return;
        }
        if (reclaimer.isBusyWith(segment) || records.generation(segments.startOf(segment)) != generation) {
            abandon(now);
            return;
        }
        expireSome(most, now);
        if (address >= end) {
            finish(now);
        }
    }

    private boolean chooseSegment(long now) {
        int count = core.layout.segmentCount();
        for (int i = 0; i < SEGMENTS_AT_ONCE && passedOver < count; i++) {
            int candidate = next;
            next = next + 1 == count ? 0 : next + 1;
            passedOver++;
            if (isDue(candidate, now) && begin(candidate)) {
                passedOver = 0;
                return true;
            }
        }
        if (passedOver >= count) {
            passedOver = 0;
            due = false;
        }
        return false;
    }

    /** False when the segment has to wait. */
    private boolean begin(int candidate) {
        if (reclaimer.isBusyWith(candidate) || !segments.isInUse(candidate) || !segments.isQuiet(candidate)) {
            return false;
        }
        long start = segments.startOf(candidate);
        long used = start + segments.usedBytes(candidate);
        if (!segments.isQuiet(candidate)) {
            return false;
        }
        segment = candidate;
        address = start;
        end = used;
        generation = records.generation(start);
        liveBefore = segments.liveBytes(candidate);
        dueSince = segments.earliestExpiry(candidate);
        earliest = Long.MAX_VALUE;
        segments.setEarliestExpiry(candidate, Long.MAX_VALUE);
        return true;
    }

    /**
     * Stops the search because the segment is being emptied, or was. Records that moved are noted where they are now.
     */
    private void abandon(long now) {
        if (records.generation(segments.startOf(segment)) == generation) {
            segments.noteExpiry(segments.startOf(segment), now + RESCAN_MILLIS);
        }
        segment = NONE;
    }

    /**
     * Searches the next few records. Time is limited too, because interpreted code takes a hundred times as long.
     */
    private void expireSome(int most, long now) {
        long until = core.nanoTime() + NANOS_AT_ONCE;
        int cost = 0;
        while (cost < most && address < end && (cost == 0 || core.nanoTime() - until < 0)) {
            long first = region.getLong(address);
            cost++;
            if (RecordDescriptor.kind(first) != RecordDescriptor.CHUNK && RecordDescriptor.expires(first)) {
                long expiry = records.expiry(address, first);
                if (expiry > now) {
                    earliest = Math.min(earliest, expiry);
                } else {
                    expire(address, first);
                    cost += COST_OF_EXPIRED;
                }
            }
            address += RecordDescriptor.recordBytes(region, address, first);
        }
    }

    private void finish(long now) {
        if (earliest != Long.MAX_VALUE) {
            long freedBytes = liveBefore - segments.liveBytes(segment);
            boolean fruitful = freedBytes > segments.segmentSize() / FRUITFUL_SHARE;
            segments.noteExpiry(
                    segments.startOf(segment),
                    Math.max(earliest, now + (fruitful ? RESCAN_MILLIS : RESCAN_IDLE_MILLIS)));
        }
        if (segments.liveBytes(segment) == 0 && segments.take(segment)) {
            releaseOrPutBack(segment);
        }
        segment = NONE;
    }

    /** The segment may still have been open, and have received records after it was found to be empty. */
    private void releaseOrPutBack(int taken) {
        if (segments.liveBytes(taken) == 0) {
            segments.release(taken);
        } else {
            segments.putBack(taken);
        }
    }

    private void expire(long record, long first) {
        long hash = records.hash(record, first);
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            long slotOffset = index.findAddress(hash, record);
            if (slotOffset != 0) {
                index.remove(stripe, slotOffset);
                core.removals.expired(record);
                records.kill(record);
                counters.expirations.increment();
                core.coherence.bump(hash);
            }
        } finally {
            lock.unlockWrite(stamp);
        }
    }
}
