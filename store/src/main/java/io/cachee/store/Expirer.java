package io.cachee.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.StampedLock;

/**
 * Frees the memory of expired entries, though nobody reads them. Each segment knows when its earliest entry
 * expires; one whose time has come is gone through, which costs no more than a look at each record's first bytes,
 * and not again for a while.
 *
 * <p>While others write, they do it: each write goes a few records further, and the housekeeper only says that there is
 * something to do. A thread that holds a lock may lose its core for milliseconds; a writer that does the work itself
 * waits for nobody. Where writers are too few, or fall behind, the housekeeper helps.
 *
 * <p>How far it has come is kept under the reclaimer's lock, which is let go every few records.
 */
final class Expirer {
    private static final int NONE = -1;
    private static final long RESCAN_MILLIS = 250;
    private static final long RESCAN_IDLE_MILLIS = 1_000;
    private static final int FRUITFUL_SHARE = 64;
    private static final int RECORDS_AT_ONCE = 64;
    private static final int RECORDS_A_WRITE = 32;
    /** What is expired costs as much as looking at so many records that are not. */
    private static final int COST_OF_EXPIRED = 8;

    /** To look at all segments takes a while where there are many. */
    private static final long MILLIS_PER_SEARCH = Housekeeper.REST_MILLIS;

    private static final int SEGMENTS_AT_ONCE = 64;
    private static final long NANOS_AT_ONCE = TimeUnit.MICROSECONDS.toNanos(50);
    /** Writes between two ticks that make the housekeeper leave it to writers. */
    private static final int ENOUGH_WRITES = 16;
    /** Unless they are so far behind. */
    private static final long LAG_MILLIS = 500;

    private final Store store;
    private final Region region;
    private final Index index;
    private final Segments segments;
    private final Records records;
    private final Reclaimer reclaimer;
    private final Counters counters;

    /** Whether there may be something to do. */
    private volatile boolean due;

    private int next;
    private long searchedMillis;
    /** Segments looked at since one was due. */
    private int passedOver;
    /** Writes that went a few records further since the last tick. */
    private int writes;

    private int segment = NONE;
    private long address;
    private long end;
    private long generation;
    private long liveBefore;
    private long dueSince;
    /** The earliest expiry yet to come in the segment that is being gone through. */
    private long earliest;

    Expirer(Store store, Segments segments, Records records, Reclaimer reclaimer, Counters counters) {
        this.store = store;
        this.region = store.region();
        this.index = store.index();
        this.segments = segments;
        this.records = records;
        this.reclaimer = reclaimer;
        this.counters = counters;
    }

    /** A few records further, on behalf of a write, if there is something to do and nobody is at it. */
    void help() {
        if (!due || !reclaimer.tryLock()) {
            return;
        }
        try {
            writes++;
            advance(RECORDS_A_WRITE, store.clockMillis());
        } finally {
            reclaimer.unlock();
        }
    }

    /** Goes on until nothing is due or the deadline has passed. */
    void expireDue(long deadlineNanos) {
        long now = store.clockMillis();
        due |= isAnyDue(now);
        while (due) {
            reclaimer.lock();
            try {
                advance(RECORDS_AT_ONCE, now);
            } finally {
                reclaimer.unlock();
            }
            reclaimer.giveWay();
            if (store.nanoTime() - deadlineNanos >= 0) {
                return;
            }
        }
    }

    /** Whether writers do what is due, to be asked once a tick. They are given a tick to begin. */
    boolean isLeftToWriters() {
        long now = store.clockMillis();
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

    /** Whether something is known to be due. */
    boolean isAtWork() {
        return due;
    }

    private boolean isAnyDue(long now) {
        for (int i = 0; i < store.layout().segmentCount(); i++) {
            if (isDue(i, now)) {
                return true;
            }
        }
        return false;
    }

    private boolean isDue(int number, long now) {
        return segments.earliestExpiry(number) <= now && segments.isInUse(number);
    }

    /** Goes through a few records, or looks for a segment to go through. */
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
        int count = store.layout().segmentCount();
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

    /** The segment is being emptied, or was: what is moved elsewhere is noted there. */
    private void abandon(long now) {
        if (records.generation(segments.startOf(segment)) == generation) {
            segments.noteExpiry(segments.startOf(segment), now + RESCAN_MILLIS);
        }
        segment = NONE;
    }

    /**
     * Goes through the next few records. The time is limited too: code that is not compiled yet, or not any more,
     * takes a hundred times as long.
     */
    private void expireSome(int most, long now) {
        long until = store.nanoTime() + NANOS_AT_ONCE;
        int cost = 0;
        while (cost < most && address < end && (cost == 0 || store.nanoTime() - until < 0)) {
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

    /** Until it was taken the segment may have been open, and filled since it was found empty. */
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
                store.removals().expired(record);
                records.kill(record);
                counters.expirations.increment();
                store.bump(hash);
            }
        } finally {
            lock.unlockWrite(stamp);
        }
    }
}
