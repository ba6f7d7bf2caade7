package io.cachee.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A slow database that counts its queries. Its row changes with each {@link #next}. */
final class StampedeDatabase {
    private static final long TAKES_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger version = new AtomicInteger();

    String load() {
        loads.incrementAndGet();
        String row = row();
        long end = System.nanoTime() + TAKES_NANOS;
        for (long left = TAKES_NANOS; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return row;
    }

    String row() {
        return "row, version " + version.get();
    }

    /** Changes the row and resets the counter. */
    void next() {
        version.incrementAndGet();
        loads.set(0);
    }

    int loads() {
        return loads.get();
    }
}
