package io.cachee.store;

import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads in the writer's process. They follow the protocol of {@link Lookup}; a search that writers disturb too often is
 * repeated under the stripe's lock.
 */
final class OwnReads {
    private final StoreCore core;
    private final Region region;
    private final Index index;
    private final Lookup lookup;
    private final Records records;

    OwnReads(StoreCore core) {
        this.core = core;
        this.region = core.region;
        this.index = core.index;
        this.lookup = core.lookup;
        this.records = core.records;
    }

    /** As {@link Lookup#read}, but never unresolved, and a miss whatever the reason. */
    long find(
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long length = lookup.read(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
        if (length == Lookup.UNRESOLVED) {
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
        return length < 0 ? Lookup.MISS : length;
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
        long slotOffset = index.find(key, keyOffset, keyLength, hash, records);
        if (slotOffset == 0) {
            return Lookup.MISS;
        }
        long address = Slots.address(region.getLong(slotOffset));
        long first = region.getLong(address);
        long now = core.clockMillis();
        if (records.isExpired(address, first, now)) {
            return Lookup.MISS;
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
