package io.cachee.server.engine;

import io.cachee.store.Store;

/**
 * Converts between the store's clock and the wall clock. The distance between the two is measured again only when it
 * has changed by more than readings vary, so that EXPIRETIME returns the time that EXPIREAT has set.
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

    /** The time of the wall clock at a time of the store's clock. */
    public long ofStore(long storeMillis) {
        return storeMillis + distance();
    }

    /** The time of the store's clock at a time of the wall clock. */
    public long toStore(long wallMillis) {
        return wallMillis - distance();
    }
}
