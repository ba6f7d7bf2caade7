package io.cachee.server.engine;

import io.cachee.store.Store;

/**
 * What the store's clock shows at a moment of the wall clock. The distance between the two stays the same until they
 * have come apart by more than they do from one reading to the next, so that a moment given is the moment told back.
 */
public final class WallClock {
    private static final long TOLERATED_MILLIS = 5;

    private final Store store;
    private volatile long distance;

    WallClock(Store store) {
        this.store = store;
        this.distance = measured();
    }

    private long measured() {
        return System.currentTimeMillis() - store.clockMillis();
    }

    private long distance() {
        long now = measured();
        if (Math.abs(now - distance) > TOLERATED_MILLIS) {
            distance = now;
        }
        return distance;
    }

    /** The wall clock's moment when the store's clock shows this. */
    public long ofStore(long storeMillis) {
        return storeMillis + distance();
    }

    /** What the store's clock shows at a moment of the wall clock. */
    public long toStore(long wallMillis) {
        return wallMillis - distance();
    }
}
