package io.cachee.store;

import java.util.SplittableRandom;
import java.util.concurrent.locks.StampedLock;

/** Draws entries at random, and drops the one that expires first. The reclaimer's lock is held. */
final class ExpirySample {
    /** As many as Redis draws by default. */
    private static final int ENOUGH = 5;

    private static final int MOST_BUCKETS = 32;

    private final StoreCore core;
    private final Region region;
    private final Index index;
    private final Records records;
    private final SplittableRandom random;

    private int drawn;
    private long soonestExpiry;
    private long soonestAddress;
    private long soonestHash;

    ExpirySample(StoreCore core) {
        this.core = core;
        this.region = core.region;
        this.index = core.index;
        this.records = core.records;
        this.random = new SplittableRandom(core.policySeed);
    }

    /** Returns the bytes of the entry dropped, or 0 when none was found that expires. */
    long dropSoonest() {
        drawn = 0;
        soonestExpiry = Long.MAX_VALUE;
        for (int i = 0; i < MOST_BUCKETS && drawn < ENOUGH; i++) {
            look(random.nextLong());
        }
        return drawn == 0 ? 0 : drop();
    }

    private void look(long anyHash) {
        int stripe = index.stripeOf(anyHash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            long bucket = index.homeOffset(anyHash);
            for (int i = 0; i < Slots.SLOTS_PER_BUCKET; i++) {
                long slot = region.getLong(bucket + 8L * i);
                if (slot != 0) {
                    consider(Slots.address(slot));
                }
            }
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private void consider(long address) {
        long first = region.getLong(address);
        if (!RecordDescriptor.expires(first)) {
            return;
        }
        drawn++;
        long expiry = records.expiry(address, first);
        if (expiry < soonestExpiry) {
            soonestExpiry = expiry;
            soonestAddress = address;
            soonestHash = records.hash(address, first);
        }
    }

    /** The entry may have been replaced since it was drawn. Then nothing is dropped. */
    private long drop() {
        int stripe = index.stripeOf(soonestHash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            if (!index.removeAddress(stripe, soonestHash, soonestAddress)) {
                return 0;
            }
            core.removals.evicted(soonestAddress);
            long bytes = records.payloadBytes(soonestAddress, region.getLong(soonestAddress));
            records.kill(soonestAddress);
            core.counters.evictedFromMain.increment();
            return Math.max(1, bytes);
        } finally {
            lock.unlockWrite(stamp);
        }
    }
}
