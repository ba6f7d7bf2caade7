package io.cachee.server;

import java.util.concurrent.TimeUnit;

/**
 * Gives memory back after a burst. The JVM enlarges its heap before it looks for garbage in the old part, up to a share
 * of the machine's memory, and keeps what it has. A collection makes it as small as what is alive allows.
 */
final class HeapTrimmer {
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long plannedBytes;
    private long lastNanos = System.nanoTime() - REST_NANOS;

    HeapTrimmer(long plannedBytes) {
        this.plannedBytes = plannedBytes;
    }

    /** Call several times a second. */
    // A collection takes about 20 ms; the memory may belong to the neighbours in the container.
    @SuppressWarnings("DoNotCall")
    void tick() {
        long now = System.nanoTime();
        if (Runtime.getRuntime().totalMemory() > plannedBytes && now - lastNanos > REST_NANOS) {
            lastNanos = now;
            System.gc();
        }
    }
}
