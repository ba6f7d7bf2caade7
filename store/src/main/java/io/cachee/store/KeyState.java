package io.cachee.store;

import java.util.concurrent.locks.StampedLock;

/**
 * What the store knows about a key, whether it has an entry or not.
 *
 * @param info describes the entry, if there is one
 * @param isOnProbation whether the entry has yet to prove that it is worth keeping
 * @param isRemembered whether the key is probably among those that were evicted on probation, or refused for their
 *     size, not long ago; not every policy remembers them
 */
public record KeyState(Presence presence, EntryInfo info, boolean isOnProbation, boolean isRemembered) {
    /** Whether there is an entry. */
    public enum Presence {
        HELD,
        /** There is an entry, which no read finds, because its time is over. */
        EXPIRED,
        ABSENT
    }

    /** What a store knows about a key. Does not count as a use of it. */
    public static KeyState of(Store store, byte[] key, int keyOffset, int keyLength) {
        StoreCore core = store.core();
        long hash = core.lookup.keyHash.of(key, keyOffset, keyLength);
        Index index = core.index;
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            boolean isRemembered = core.history.contains(hash);
            EntryInfo info = new EntryInfo();
            long slotOffset = index.find(key, keyOffset, keyLength, hash, core.records);
            if (slotOffset == 0) {
                return new KeyState(Presence.ABSENT, info, false, isRemembered);
            }
            long address = Slots.address(core.region.getLong(slotOffset));
            long first = core.region.getLong(address);
            long now = core.clockMillis();
            core.records.describe(info, address, first, now);
            Presence presence = core.records.isExpired(address, first, now) ? Presence.EXPIRED : Presence.HELD;
            boolean isOnProbation = core.segments.logOf(address) == EvictionPolicy.SMALL;
            return new KeyState(presence, info, isOnProbation, isRemembered);
        } finally {
            lock.unlockWrite(stamp);
        }
    }
}
