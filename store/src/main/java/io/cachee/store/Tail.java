package io.cachee.store;

import java.util.concurrent.locks.StampedLock;

/**
 * The old end of a log: a segment that was taken out of it, and the next record in that segment. Entries are dropped or
 * moved one by one; when the last is gone, the segment is free. The reclaimer's lock is held.
 *
 * <p>The decision about a large entry is taken at its first chunk. Its other chunks and its head follow the first
 * chunk.
 */
final class Tail {
    private static final int NONE = -1;
    /**
     * The number of records whose places in the index are loaded ahead, all at once, so that their cache misses
     * overlap.
     */
    private static final int LOOKAHEAD = 16;

    private final StoreCore core;
    private final boolean isSweep;
    private final Region region;
    private final Index index;
    private final Segments segments;
    private final Records records;
    private final Counters counters;

    private int segment = NONE;
    private int log;
    private long cursor;
    private long end;
    private final long[] places = new long[4 * LOOKAHEAD];
    /** The hashes of the records from {@link #cursor} to {@link #touchedUntil}, chunks aside. */
    private final long[] hashes = new long[LOOKAHEAD];

    private int nextHash;
    private long touchedUntil;
    /** Keeps the compiler from dropping the touches. */
    @SuppressWarnings("UnusedVariable")
    private long sink;

    private boolean found;
    private long hash;
    private int policy;
    private boolean expires;
    private long entryBytes;
    /** Bytes that are dead but not yet counted as dead. Counting one record costs as much as counting a batch. */
    private long unsettledBytes;
    /** Bytes that were counted as dead by this tail. */
    private long settledBytes;

    Tail(StoreCore core, boolean isSweep) {
        this.core = core;
        this.isSweep = isSweep;
        this.region = core.region;
        this.index = core.index;
        this.segments = core.segments;
        this.records = core.records;
        this.counters = core.counters;
    }

    int segment() {
        return segment;
    }

    boolean isActive() {
        return segment != NONE;
    }

    int log() {
        return log;
    }

    int policy() {
        return policy;
    }

    /** Whether the policy may not evict the entry found. */
    boolean isSpared() {
        return found && !expires && core.policy.sparesLasting();
    }

    long entryBytes() {
        return entryBytes;
    }

    /** Bytes that were passed: they are dead, but their segment is not free yet. */
    long passedBytes() {
        return segment == NONE ? 0 : cursor - segments.startOf(segment);
    }

    /** Bytes that are dead but not yet counted as dead. */
    long unsettledBytes() {
        return unsettledBytes;
    }

    /** Counts the dead bytes. To be called before the reclaimer's lock is released. */
    void settle() {
        if (unsettledBytes > 0) {
            segments.kill(segments.startOf(segment), unsettledBytes);
            settledBytes += unsettledBytes;
            unsettledBytes = 0;
        }
    }

    /** Begins with a segment that was taken out of its log's queue. */
    void start(int taken) {
        segment = taken;
        cursor = segments.startOf(taken);
        log = segments.logOf(cursor);
        end = segments.liveBytes(taken) == 0 ? cursor : cursor + segments.usedBytes(taken);
        touchedUntil = cursor;
        settledBytes = 0;
        found = false;
    }

    void putBack() {
        settle();
        segments.putBack(segment);
        segment = NONE;
        found = false;
    }

    void forget() {
        unsettledBytes = 0;
        segment = NONE;
        found = false;
    }

    /** Moves to the next entry to decide about. False when there is none: the segment is free then. */
    boolean seek() {
        while (!found) {
            if (cursor >= end) {
                settle();
                segments.release(segment);
                segment = NONE;
                return false;
            }
            if (cursor >= touchedUntil) {
                touchAhead();
            }
            long first = region.getLong(cursor);
            if (!examine(cursor, first)) {
                cursor += RecordDescriptor.recordBytes(region, cursor, first);
            }
        }
        return true;
    }

    private void touchAhead() {
        long address = cursor;
        int count = 0;
        for (int i = 0; i < LOOKAHEAD && address < end; i++) {
            long first = region.getLong(address);
            int kind = RecordDescriptor.kind(first);
            long ahead = kind == RecordDescriptor.CHUNK ? region.getLong(address + 8) : records.hash(address, first);
            hashes[i] = ahead;
            if (kind == RecordDescriptor.COMPACT || kind == RecordDescriptor.WIDE) {
                long home = index.homeOffset(ahead);
                places[count++] = home;
                places[count++] = home + Slots.BUCKET_BYTES;
                places[count++] = home + 2 * Slots.BUCKET_BYTES;
                places[count++] = index.historyOffset(ahead);
            }
            address += RecordDescriptor.recordBytes(region, address, first);
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += region.getLong(places[i]);
        }
        touchedUntil = address;
        nextHash = 0;
        sink = sum;
    }

    /**
     * Whether the record at {@code address} is an entry to decide about. Others are dealt with here.
     *
     * <p>The usual entry is examined without its stripe's lock. It cannot be overwritten while its segment is being
     * emptied, and {@link #drop} and {@link #move} check under the lock that it is still linked. If nothing in the
     * segment is dead except what passed through here, every record is linked and need not be searched for. An entry
     * that is not found may have been moving from slot to slot, so the search is repeated under the lock.
     */
    private boolean examine(long address, long first) {
        int kind = RecordDescriptor.kind(first);
        hash = hashes[nextHash++];
        int stripe = index.stripeOf(hash);
        if ((kind == RecordDescriptor.COMPACT || kind == RecordDescriptor.WIDE)
                && !RecordDescriptor.expires(first)
                && index.isCurrent(stripe)
                && (isAllLinked() || isLinked(address))) {
            return noteFound(address, region.getLong(address));
        }
        return examineLocked(stripe, address, first, kind);
    }

    private boolean isAllLinked() {
        return segments.deadBytes(segment) == settledBytes;
    }

    private boolean isLinked(long address) {
        long slotOffset = index.findAddress(hash, address);
        return slotOffset != 0 && Slots.address(region.getLongAcquire(slotOffset)) == address;
    }

    private boolean noteFound(long entry, long first) {
        policy = policyOf(first);
        expires = RecordDescriptor.expires(first);
        entryBytes = records.payloadBytes(entry, first);
        found = true;
        return true;
    }

    private boolean examineLocked(int stripe, long address, long first, int kind) {
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            long slotOffset = slotOf(address, kind);
            if (slotOffset == 0) {
                return false;
            }
            long entry = Slots.address(region.getLong(slotOffset));
            long entryFirst = region.getLong(entry);
            if (RecordDescriptor.expires(entryFirst) && records.isExpired(entry, entryFirst, core.clockMillis())) {
                index.remove(stripe, slotOffset);
                core.removals.expired(entry);
                records.kill(entry);
                counters.expirations.increment();
                core.coherence.bump(hash);
                return false;
            }
            if (isLeftToTheSweep(entryFirst)) {
                return noteFound(entry, entryFirst);
            }
            if (kind == RecordDescriptor.HEAD || kind == RecordDescriptor.CHUNK && !records.isFirstChunk(address)) {
                int log = logOfFirstChunk(entry, entryFirst);
                boolean moved = moveLocked(stripe, slotOffset, address, first, log, policyOf(entryFirst));
                return !moved && noteFound(entry, entryFirst);
            }
            return noteFound(entry, entryFirst);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private boolean isLeftToTheSweep(long entryFirst) {
        return !isSweep && !RecordDescriptor.expires(entryFirst) && core.policy.sparesLasting();
    }

    private static int policyOf(long first) {
        return RecordDescriptor.policy(first);
    }

    private long slotOf(long address, int kind) {
        return kind == RecordDescriptor.CHUNK
                ? index.findChunkOwner(hash, address, records)
                : index.findAddress(hash, address);
    }

    private int logOfFirstChunk(long head, long first) {
        long words = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first));
        return segments.logOf(Slots.address(region.getLong(words)));
    }

    /** Drops the entry found, unless it was deleted meanwhile. */
    void drop(boolean remember, History history) {
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            if (hasBecomeSpared()) {
                return;
            }
            if (evictFound(stripe) && remember) {
                history.add(hash);
            }
        } finally {
            lock.unlockWrite(stamp);
        }
        pass();
    }

    /** Whether a large entry was made lasting since it was found, which leaves its chunks where they are. */
    private boolean hasBecomeSpared() {
        if (!core.policy.sparesLasting() || RecordDescriptor.kind(region.getLong(cursor)) != RecordDescriptor.CHUNK) {
            return false;
        }
        long slotOffset = index.findChunkOwner(hash, cursor, records);
        expires =
                slotOffset == 0 || RecordDescriptor.expires(region.getLong(Slots.address(region.getLong(slotOffset))));
        return !expires;
    }

    private boolean evictFound(int stripe) {
        long first = region.getLong(cursor);
        if (RecordDescriptor.kind(first) != RecordDescriptor.CHUNK) {
            if (!index.removeAddress(stripe, hash, cursor)) {
                return false;
            }
            core.removals.evicted(cursor);
            unsettledBytes += RecordDescriptor.recordBytes(region, cursor, first);
            return true;
        }
        long slotOffset = index.findChunkOwner(hash, cursor, records);
        if (slotOffset == 0) {
            return false;
        }
        evict(stripe, slotOffset, Slots.address(region.getLong(slotOffset)));
        return true;
    }

    /** Moves the entry found, or its first chunk, to the young end of a log. False when there is no room for it. */
    boolean move(int toLog, int newPolicy) {
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            long first = region.getLong(cursor);
            long slotOffset = slotOf(cursor, RecordDescriptor.kind(first));
            if (slotOffset != 0 && !moveLocked(stripe, slotOffset, cursor, first, toLog, newPolicy)) {
                return false;
            }
        } finally {
            lock.unlockWrite(stamp);
        }
        pass();
        return true;
    }

    private void pass() {
        cursor += RecordDescriptor.recordBytes(region, cursor, region.getLong(cursor));
        found = false;
    }

    /** False when there is no room and the entry may not be dropped either. */
    private boolean moveLocked(int stripe, long slotOffset, long address, long first, int toLog, int newPolicy) {
        long entry = Slots.address(region.getLong(slotOffset));
        EvictionPolicy current = core.policy;
        boolean expiring = RecordDescriptor.expires(region.getLong(entry));
        boolean mayEvict = current.evicts() && (expiring || !current.sparesLasting());
        int keepFree = mayEvict && current.sparesLasting() ? Reclaimer.RESERVE : 0;
        long copy = records.move(address, first, current.logFor(expiring, toLog), newPolicy, keepFree);
        if (copy == Segments.NO_SPACE) {
            if (!mayEvict) {
                return false;
            }
            counters.evictedUnderPressure.increment();
            evict(stripe, slotOffset, entry);
            return true;
        }
        if (RecordDescriptor.kind(first) == RecordDescriptor.CHUNK) {
            region.setByte(entry + RecordDescriptor.POLICY_BYTE, newPolicy);
            records.relinkChunk(records.chunkWordOffset(entry, address), copy);
        } else {
            index.replace(slotOffset, Slots.pack(Slots.tagOfHash(hash), records.generation(copy), copy));
        }
        unsettledBytes += RecordDescriptor.recordBytes(region, address, first);
        segments.commit(copy);
        return true;
    }

    private void evict(int stripe, long slotOffset, long entry) {
        index.remove(stripe, slotOffset);
        core.removals.evicted(entry);
        long first = region.getLong(entry);
        if (entry == cursor && RecordDescriptor.kind(first) != RecordDescriptor.HEAD) {
            unsettledBytes += RecordDescriptor.recordBytes(region, entry, first);
        } else {
            records.kill(entry);
        }
    }
}
