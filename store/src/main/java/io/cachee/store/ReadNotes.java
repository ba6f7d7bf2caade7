package io.cachee.store;

import java.util.concurrent.locks.StampedLock;

/** Tells the eviction policy which entries are used, and writes down in their records what it makes of that. */
final class ReadNotes {
    private final StoreCore core;
    private final Region region;
    private final Index index;

    ReadNotes(StoreCore core) {
        this.core = core;
        this.region = core.region;
        this.index = core.index;
    }

    /** Notes a read in this process. The slot led to a record with this first word a moment ago. */
    void note(long hash, long slotOffset, long slot, long first) {
        int before = RecordDescriptor.policy(first);
        int after = core.policy.use(before, placeOf(Slots.address(slot), first));
        if (after != before) {
            write(hash, slotOffset, slot, after);
        }
    }

    private static long placeOf(long address, long first) {
        return RecordDescriptor.kind(first) == RecordDescriptor.HEAD ? EvictionPolicy.SPREAD : address;
    }

    /** Writes a policy byte if the slot has not changed and nobody holds the stripe. Otherwise the use is lost. */
    private void write(long hash, long slotOffset, long slot, int policyByte) {
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.tryWriteLock();
        if (stamp != 0) {
            if (index.isSlotOf(stripe, slotOffset) && region.getLong(slotOffset) == slot) {
                region.setByte(Slots.address(slot) + RecordDescriptor.POLICY_BYTE, policyByte);
            }
            lock.unlockWrite(stamp);
        }
    }

    /** Notes a read in another process. The hash may be anything: at worst the use is counted for a wrong entry. */
    void noteForeign(long hash) {
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.tryWriteLock();
        if (stamp != 0) {
            try {
                index.refresh(stripe);
                long slotOffset = index.findTag(hash);
                if (slotOffset != 0) {
                    noteLocked(Slots.address(region.getLong(slotOffset)));
                }
            } finally {
                lock.unlockWrite(stamp);
            }
        }
        watch(hash);
    }

    private void noteLocked(long address) {
        long first = region.getLong(address);
        int before = RecordDescriptor.policy(first);
        int after = core.policy.use(before, placeOf(address, first));
        if (after != before) {
            region.setByte(address + RecordDescriptor.POLICY_BYTE, after);
        }
    }

    /** Shows a read to the policy if it wants to see it, whether the read found its key or not. */
    void watch(long hash) {
        EvictionPolicy policy = core.policy;
        if (policy.watches(hash)) {
            policy.watch(hash);
        }
    }
}
