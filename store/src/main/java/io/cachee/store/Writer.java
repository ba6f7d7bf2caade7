package io.cachee.store;

import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * The write path. Every method is called with the key's lock held. The lock also holds the key, the value, and what is
 * known about the entry found.
 *
 * <p>A write searches for the key's entry, appends a record, and switches one slot. It moves the key's coherence
 * counter before the switch and after it. After the first move, no copy made earlier is current; after the second, none
 * made in between is, whichever value it has.
 */
final class Writer {
    private static final int MAX_SPACE_ATTEMPTS = 16;

    private final StoreCore core;
    private final Region region;
    private final Index index;
    private final Segments segments;
    private final Records records;
    private final Coherence coherence;
    private final MemoryLimit limit;
    private final History history;
    private final Reclaimer reclaimer;
    private final Expirer expirer;
    private final Counters counters;

    Writer(StoreCore core) {
        this.core = core;
        this.region = core.region;
        this.index = core.index;
        this.segments = core.segments;
        this.records = core.records;
        this.coherence = core.coherence;
        this.limit = core.limit;
        this.history = core.history;
        this.reclaimer = core.reclaimer;
        this.expirer = core.expirer;
        this.counters = core.counters;
    }

    PutResult put(KeyLock lock, long expiry, boolean keepExpiry, PutMode mode) {
        locate(lock);
        if (!holds(lock, mode)) {
            return PutResult.CONDITION_FAILED;
        }
        return write(lock, keepExpiry && lock.found() ? lock.foundExpiry : expiry);
    }

    private static boolean holds(KeyLock lock, PutMode mode) {
        return switch (mode.condition()) {
            case ALWAYS -> true;
            case IF_ABSENT -> !lock.found();
            case IF_PRESENT -> lock.found();
            case IF_VERSION -> lock.found() && RecordDescriptor.version(lock.foundFirst) == mode.version();
        };
    }

    /** Finds the key's entry, unless it has expired. */
    void locate(KeyLock lock) {
        int stripe = index.stripeOf(lock.hash);
        StampedLock stripeLock = index.lock(stripe);
        long stamp = stripeLock.writeLock();
        try {
            index.refresh(stripe);
            lock.touched = touch(lock.hash);
            lock.remembered = history.contains(lock.hash);
            long slotOffset = index.find(lock.key, lock.keyOffset, lock.keyLength, lock.hash, records);
            lock.foundFirst = 0;
            if (slotOffset == 0) {
                return;
            }
            long address = Slots.address(region.getLong(slotOffset));
            long first = region.getLong(address);
            if (RecordDescriptor.expires(first) && records.isExpired(address, first, core.clockMillis())) {
                index.remove(stripe, slotOffset);
                core.removals.expired(address);
                records.kill(address);
                counters.expirations.increment();
                coherence.bump(lock.hash);
                return;
            }
            lock.foundFirst = first;
            lock.foundExpiry = records.expiry(address, first);
            lock.foundValueLength = records.valueLength(address, first);
            lock.foundLog = segments.logOf(address);
        } finally {
            stripeLock.unlockWrite(stamp);
        }
    }

    /** The value of the key, or null. */
    byte @Nullable [] current(KeyLock lock) {
        locate(lock);
        if (!lock.found()) {
            return null;
        }
        byte[] value = new byte[Math.toIntExact(lock.foundValueLength)];
        long length =
                core.lookup.find(lock.key, lock.keyOffset, lock.keyLength, lock.hash, value, 0, value.length, null);
        return length == value.length ? value : null;
    }

    /** Loads the lines of memory that a write of this key needs, all at once: bucket, history, coherence counter. */
    private long touch(long hash) {
        return region.getLongAcquire(index.homeOffset(hash))
                + region.getLongAcquire(index.historyOffset(hash))
                + region.getLongAcquire(core.layout.counterOffset(hash));
    }

    /** Writes the lock's key and value and links the record. {@link #locate} has been called. */
    PutResult write(KeyLock lock, long expiry) {
        long footprint = records.footprint(lock.keyLength, lock.valueLength);
        int placement = place(lock, expiry);
        if (placement == EvictionPolicy.REFUSE) {
            if (!hasRoom(footprint)) {
                remember(lock.hash);
                counters.refusedAdmissions.increment();
                return PutResult.NOT_ADMITTED;
            }
            placement = EvictionPolicy.place(EvictionPolicy.SMALL, 0);
        }
        if (isBeyondLimit(lock, footprint)) {
            counters.refusedForSpace.increment();
            return PutResult.NO_SPACE;
        }
        reclaimer.assist(footprint);
        expirer.help();
        int version = coherence.bump(lock.hash);
        long address = writeRecord(lock, expiry, version, placement, footprint);
        if (address == Segments.NO_SPACE) {
            counters.refusedForSpace.increment();
            return PutResult.NO_SPACE;
        }
        boolean linked = link(lock, address, false)
                || (reclaimer.growIndex(index.stripeOf(lock.hash)) && link(lock, address, false))
                || link(lock, address, true);
        if (!linked) {
            records.kill(address);
            counters.refusedForSpace.increment();
        }
        records.commit(address);
        coherence.bump(lock.hash);
        return linked ? PutResult.STORED : PutResult.NO_SPACE;
    }

    private int place(KeyLock lock, long expiry) {
        EvictionPolicy policy = core.policy;
        boolean expires = expiry != EntryInfo.NO_TTL;
        if (lock.found()) {
            int log = policy.logFor(expires, lock.foundLog);
            return EvictionPolicy.place(log, RecordDescriptor.policy(lock.foundFirst));
        }
        return !expires && policy.sparesLasting() ? EvictionPolicy.place(EvictionPolicy.KEPT, 0) : admit(lock);
    }

    private int admit(KeyLock lock) {
        long bytes = lock.keyLength + lock.valueLength;
        if (!lock.remembered || !recall(lock.hash)) {
            return core.policy.admit(bytes);
        }
        reclaimer.lock();
        try {
            return core.policy.admitAgain(bytes, reclaimer.tails());
        } finally {
            reclaimer.unlock();
        }
    }

    private boolean recall(long hash) {
        int stripe = index.stripeOf(hash);
        StampedLock stripeLock = index.lock(stripe);
        long stamp = stripeLock.writeLock();
        try {
            index.refresh(stripe);
            return history.remove(hash);
        } finally {
            stripeLock.unlockWrite(stamp);
        }
    }

    private void remember(long hash) {
        int stripe = index.stripeOf(hash);
        StampedLock stripeLock = index.lock(stripe);
        long stamp = stripeLock.writeLock();
        try {
            index.refresh(stripe);
            history.add(hash);
        } finally {
            stripeLock.unlockWrite(stamp);
        }
    }

    private boolean hasRoom(long footprint) {
        return (long) (segments.freeCount() - Reclaimer.TARGET_FREE) * segments.segmentSize() > footprint
                && !limit.isExceededWith(footprint);
    }

    private boolean mayEvictAny() {
        EvictionPolicy policy = core.policy;
        return policy.evicts()
                && !(policy.sparesLasting()
                        && segments.isEmpty(EvictionPolicy.SMALL)
                        && segments.isEmpty(EvictionPolicy.MAIN));
    }

    /** Whether a write would need more than the limit allows, and nothing may be evicted for it. */
    private boolean isBeyondLimit(KeyLock lock, long footprint) {
        if (limit.bytes() == MemoryLimit.NONE || mayEvictAny()) {
            return false;
        }
        long replaced = lock.found() ? records.footprint(lock.keyLength, lock.foundValueLength) : 0;
        return footprint > replaced && limit.isExceededWith(footprint - replaced);
    }

    private long writeRecord(KeyLock lock, long expiry, int version, int placement, long footprint) {
        int log = EvictionPolicy.log(placement);
        int policyByte = EvictionPolicy.policy(placement);
        int wanted = (int) (footprint / segments.segmentSize()) + 1;
        for (int attempt = 0; attempt < MAX_SPACE_ATTEMPTS; attempt++) {
            long address = records.write(lock, expiry, version, log, policyByte, Reclaimer.RESERVE);
            if (address != Segments.NO_SPACE) {
                return address;
            }
            if (!reclaimer.makeRoom(wanted)) {
                return records.write(lock, expiry, version, log, policyByte, Reclaimer.RESERVE);
            }
        }
        return Segments.NO_SPACE;
    }

    /**
     * Makes a written record the key's entry. False when the index has no room for it. A key that had no entry in
     * {@link #locate} has none now, because other threads can only remove entries of this key.
     */
    private boolean link(KeyLock lock, long address, boolean byForce) {
        int stripe = index.stripeOf(lock.hash);
        StampedLock stripeLock = index.lock(stripe);
        long stamp = stripeLock.writeLock();
        try {
            index.refresh(stripe);
            long slot = Slots.pack(Slots.tagOfHash(lock.hash), records.generation(address), address);
            long slotOffset =
                    lock.found() ? index.find(lock.key, lock.keyOffset, lock.keyLength, lock.hash, records) : 0;
            if (slotOffset != 0) {
                long old = Slots.address(region.getLong(slotOffset));
                index.replace(slotOffset, slot);
                records.kill(old);
                return true;
            }
            if (!index.insert(lock.hash, slot) && !(byForce && insertByForce(stripe, lock.hash, slot))) {
                return false;
            }
            reclaimer.sizer().inserted(stripe);
            return true;
        } finally {
            stripeLock.unlockWrite(stamp);
        }
    }

    /**
     * Drops the least used entry, because all buckets that may hold the key are full, as after a flood of colliding
     * keys.
     */
    private boolean insertByForce(int stripe, long hash, long slot) {
        if (!core.policy.evicts() || core.policy.sparesLasting()) {
            return false;
        }
        for (int attempt = 0; attempt <= Slots.MAX_DISPLACEMENT; attempt++) {
            long weakest = index.weakest(hash);
            long address = Slots.address(region.getLong(weakest));
            index.remove(stripe, weakest);
            core.removals.evicted(address);
            records.kill(address);
            counters.evictedForIndex.increment();
            if (index.insert(hash, slot)) {
                return true;
            }
        }
        return false;
    }

    boolean delete(KeyLock lock) {
        locate(lock);
        if (!lock.found()) {
            return false;
        }
        int stripe = index.stripeOf(lock.hash);
        StampedLock stripeLock = index.lock(stripe);
        coherence.bump(lock.hash);
        long stamp = stripeLock.writeLock();
        try {
            index.refresh(stripe);
            long slotOffset = index.find(lock.key, lock.keyOffset, lock.keyLength, lock.hash, records);
            if (slotOffset != 0) {
                long address = Slots.address(region.getLong(slotOffset));
                index.remove(stripe, slotOffset);
                records.kill(address);
            }
        } finally {
            stripeLock.unlockWrite(stamp);
        }
        coherence.bump(lock.hash);
        return true;
    }

    PutResult expire(KeyLock lock, long expiry, PutMode mode) {
        locate(lock);
        if (!lock.found() || !holds(lock, mode)) {
            return PutResult.CONDITION_FAILED;
        }
        int version = coherence.bump(lock.hash);
        PutResult result = relink(lock, expiry, version);
        for (int attempt = 0; result == PutResult.NO_SPACE && attempt < MAX_SPACE_ATTEMPTS; attempt++) {
            if (!reclaimer.makeRoom(1)) {
                break;
            }
            result = relink(lock, expiry, version);
        }
        coherence.bump(lock.hash);
        return result;
    }

    private PutResult relink(KeyLock lock, long expiry, int version) {
        int stripe = index.stripeOf(lock.hash);
        StampedLock stripeLock = index.lock(stripe);
        long stamp = stripeLock.writeLock();
        try {
            index.refresh(stripe);
            long slotOffset = index.find(lock.key, lock.keyOffset, lock.keyLength, lock.hash, records);
            if (slotOffset == 0) {
                return PutResult.CONDITION_FAILED;
            }
            long address = Slots.address(region.getLong(slotOffset));
            long first = region.getLong(address);
            int log = core.policy.logFor(expiry != EntryInfo.NO_TTL, segments.logOf(address));
            if (!movesFirstChunk(address, first, log)) {
                return PutResult.NO_SPACE;
            }
            long copy = records.rewrite(address, first, expiry, version, log, Reclaimer.RESERVE);
            if (copy == Segments.NO_SPACE) {
                return PutResult.NO_SPACE;
            }
            index.replace(slotOffset, Slots.pack(Slots.tagOfHash(lock.hash), records.generation(copy), copy));
            segments.kill(address, RecordDescriptor.recordBytes(region, address, first));
            segments.commit(copy);
            return PutResult.STORED;
        } finally {
            stripeLock.unlockWrite(stamp);
        }
    }

    /**
     * Moves the first chunk of a large entry out of {@link EvictionPolicy#KEPT} if the entry may be evicted from now
     * on, because the policy decides about an entry where its first chunk lies. False when there is no room.
     */
    private boolean movesFirstChunk(long head, long first, int log) {
        if (RecordDescriptor.kind(first) != RecordDescriptor.HEAD || log == EvictionPolicy.KEPT) {
            return true;
        }
        long word = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first));
        long chunk = Slots.address(region.getLong(word));
        if (segments.logOf(chunk) != EvictionPolicy.KEPT) {
            return true;
        }
        long chunkFirst = region.getLong(chunk);
        long copy = records.move(chunk, chunkFirst, log, 0, Reclaimer.RESERVE);
        if (copy == Segments.NO_SPACE) {
            return false;
        }
        records.relinkChunk(word, copy);
        segments.kill(chunk, RecordDescriptor.recordBytes(region, chunk, chunkFirst));
        segments.commit(copy);
        return true;
    }
}
