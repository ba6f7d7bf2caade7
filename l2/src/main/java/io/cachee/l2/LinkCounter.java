package io.cachee.l2;

import java.util.concurrent.atomic.AtomicLong;

/** A counter that one thread writes and any thread may read. */
final class LinkCounter {
    private final AtomicLong value = new AtomicLong();

    void add(long more) {
        value.setRelease(value.getPlain() + more);
    }

    long get() {
        return value.getAcquire();
    }
}
