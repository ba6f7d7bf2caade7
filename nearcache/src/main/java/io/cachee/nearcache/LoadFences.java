package io.cachee.nearcache;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Numbers that tell whether a key was forgotten while it was being loaded. Forgetting a key moves its fence. A load
 * notes the fence when it is sent; if the fence has moved when the reply arrives, the reply may be outdated. Keys share
 * a fixed number of fences, so a load may also be dropped because of another key. Thread-safe.
 */
final class LoadFences {
    private static final int COUNT = 1 << 13;

    private final AtomicLongArray ofKeys = new AtomicLongArray(COUNT);
    private final AtomicLong ofAll = new AtomicLong();

    private static int index(byte[] key) {
        int hash = Arrays.hashCode(key) * 0x9E3779B9;
        return hash >>> 32 - Integer.numberOfTrailingZeros(COUNT);
    }

    /** The fence of a key. Both summands only grow, so equal sums mean that neither has moved. */
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
