package io.cachee.store;

import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/** Reads in the writer's process. A search that writers disturb too often is repeated under the stripe's lock. */
final class OwnLookup extends Lookup {
    private final StoreCore core;
    private final ReadNotes uses;

    OwnLookup(StoreCore core, ReadNotes uses) {
        super(core.region, core.layout, false);
        this.core = core;
        this.uses = uses;
    }

    @Override
    long nowMillis() {
        return core.clockMillis();
    }

    @Override
    void hit(long hash, long slotOffset, long slot, long first) {
        uses.note(hash, slotOffset, slot, first);
    }

    /** As {@link #read}, but never unresolved, and a miss whatever the reason. */
    long find(
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long length = read(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
        if (length == UNRESOLVED) {
            Index index = core.index;
            int stripe = index.stripeOf(hash);
            StampedLock lock = index.lock(stripe);
            long stamp = lock.writeLock();
            try {
                index.refresh(stripe);
                length = readLocked(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
            } finally {
                lock.unlockWrite(stamp);
            }
        }
        return length < 0 ? MISS : length;
    }

    private long readLocked(
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        Records records = core.records;
        long slotOffset = core.index.find(key, keyOffset, keyLength, hash, records);
        if (slotOffset == 0) {
            return MISS;
        }
        long address = Slots.address(region.getLong(slotOffset));
        long first = region.getLong(address);
        long now = core.clockMillis();
        if (records.isExpired(address, first, now)) {
            return MISS;
        }
        long length = records.valueLength(address, first);
        if (target != null && length <= capacity) {
            records.copyValue(address, first, target, targetOffset, length);
        }
        if (info != null) {
            records.describe(info, address, first, now);
        }
        return length;
    }
}
