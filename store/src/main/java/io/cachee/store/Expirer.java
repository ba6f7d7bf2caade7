package io.cachee.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.StampedLock;

/**
 * Frees the memory of expired entries, though nobody reads them. Each segment knows when its earliest entry
 * expires; one whose time has come is gone through, which costs no more than a look at each record's first bytes,
 * and not again for a while. The reclaimer's lock is let go every few records, so no writer waits for more.
 */
final class Expirer {
    private static final long RESCAN_MILLIS = 250;
    private static final long RESCAN_IDLE_MILLIS = 1_000;
    private static final int FRUITFUL_SHARE = 64;
    private static final int RECORDS_AT_ONCE = 64;
    private static final long NANOS_AT_ONCE = TimeUnit.MICROSECONDS.toNanos(50);

    private final Store store;
    private final Region region;
    private final Index index;
    private final Segments segments;
    private final Records records;
    private final Reclaimer reclaimer;
    private final Counters counters;
    private int next;
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

    /** Goes on until nothing is due or the deadline has passed. */
    void expireDue(long deadlineNanos) {
        long now = store.clockMillis();
        int count = store.layout().segmentCount();
        for (int i = 0; i < count; i++) {
            int segment = next;
            next = next + 1 == count ? 0 : next + 1;
            if (segments.earliestExpiry(segment) <= now && segments.isInUse(segment)) {
                expireIn(segment, now);
                if (store.nanoTime() - deadlineNanos > 0) {
                    return;
                }
            }
        }
    }

    private void expireIn(int segment, long now) {
        long start = (long) segment << store.layout().segmentShift();
        long generation = records.generation(start);
        long end = begin(segment, start);
        long before = segments.liveBytes(segment);
        earliest = Long.MAX_VALUE;
        for (long address = start; address < end; ) {
            reclaimer.lock.lock();
            try {
                if (reclaimer.isBusyWith(segment) || records.generation(start) != generation) {
                    return;
                }
                address = expireFrom(address, end, now);
                if (address >= end) {
                    finish(segment, start, before - segments.liveBytes(segment), now);
                }
            } finally {
                reclaimer.lock.unlock();
            }
            reclaimer.giveWay();
        }
    }

    /** Where the records end that are there to be read; {@code start} when the segment has to wait. */
    private long begin(int segment, long start) {
        reclaimer.lock.lock();
        try {
            if (reclaimer.isBusyWith(segment) || !segments.isInUse(segment) || !segments.isQuiet(segment)) {
                return start;
            }
            long end = start + segments.usedBytes(segment);
            if (!segments.isQuiet(segment)) {
                return start;
            }
            segments.setEarliestExpiry(segment, Long.MAX_VALUE);
            return end;
        } finally {
            reclaimer.lock.unlock();
        }
    }

    /**
     * Goes through the next few records and returns where to go on. The time is limited too: code that is not compiled
     * yet, or not any more, takes a hundred times as long.
     */
    private long expireFrom(long from, long end, long now) {
        long until = store.nanoTime() + NANOS_AT_ONCE;
        long address = from;
        for (int i = 0; i < RECORDS_AT_ONCE && address < end && (i == 0 || store.nanoTime() - until < 0); i++) {
            long first = region.getLong(address);
            if (RecordDescriptor.kind(first) != RecordDescriptor.CHUNK && RecordDescriptor.expires(first)) {
                long expiry = records.expiry(address, first);
                if (expiry > now) {
                    earliest = Math.min(earliest, expiry);
                } else {
                    expire(address, first);
                }
            }
            address += RecordDescriptor.recordBytes(region, address, first);
        }
        return address;
    }

    private void finish(int segment, long start, long freedBytes, long now) {
        if (earliest != Long.MAX_VALUE) {
            boolean fruitful = freedBytes > segments.segmentSize() / FRUITFUL_SHARE;
            segments.noteExpiry(start, Math.max(earliest, now + (fruitful ? RESCAN_MILLIS : RESCAN_IDLE_MILLIS)));
        }
        if (segments.liveBytes(segment) == 0 && segments.take(segment)) {
            releaseOrPutBack(segment);
        }
    }

    /** Until it was taken the segment may have been open, and filled since it was found empty. */
    private void releaseOrPutBack(int segment) {
        if (segments.liveBytes(segment) == 0) {
            segments.release(segment);
        } else {
            segments.putBack(segment);
        }
    }

    private void expire(long address, long first) {
        long hash = records.hash(address, first);
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            long slotOffset = index.findAddress(hash, address);
            if (slotOffset != 0) {
                index.remove(stripe, slotOffset);
                store.removals().expired(address);
                records.kill(address);
                counters.expirations.increment();
                store.bump(hash);
            }
        } finally {
            lock.unlockWrite(stamp);
        }
    }
}
