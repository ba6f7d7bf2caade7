package io.cachee.nearcache;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Numbers that move when keys are forgotten: a load that was sent under another number than now may bring what was
 * there before. Keys share numbers, so that there are not more of them the more keys there are. From any thread.
 */
final class LoadFences {
    private static final int COUNT = 1 << 13;

    private final AtomicLongArray ofKeys = new AtomicLongArray(COUNT);
    private final AtomicLong ofAll = new AtomicLong();

    private static int index(byte[] key) {
        int hash = Arrays.hashCode(key) * 0x9E3779B9;
        return hash >>> 32 - Integer.numberOfTrailingZeros(COUNT);
    }

    /** Both parts only grow, so their sum stays the same only while both do. */
    long of(byte[] key) {
        return ofKeys.get(index(key)) + ofAll.get();
    }

    void move(byte[] key) {
        ofKeys.incrementAndGet(index(key));
    }

    void moveAll() {
        ofAll.incrementAndGet();
    }
}
