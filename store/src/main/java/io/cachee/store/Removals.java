package io.cachee.store;

import org.jspecify.annotations.Nullable;

/** Tells the owner's listener of entries that expired or were evicted. */
final class Removals {
    private final @Nullable RemovalListener listener;
    private final Region region;
    private final Records records;

    Removals(@Nullable RemovalListener listener, Region region, Records records) {
        this.listener = listener;
        this.region = region;
        this.records = records;
    }

    /** The entry at this address has just been unlinked; its record is still as it was. */
    void expired(long address) {
        tell(address, RemovalListener.Reason.EXPIRED);
    }

    /** The entry at this address has just been unlinked; its record is still as it was. */
    void evicted(long address) {
        tell(address, RemovalListener.Reason.EVICTED);
    }

    private void tell(long address, RemovalListener.Reason reason) {
        if (listener != null && listener.isWanted()) {
            listener.removed(records.key(address, region.getLong(address)), reason);
        }
    }
}
