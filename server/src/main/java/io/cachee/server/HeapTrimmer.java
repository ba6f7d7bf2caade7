package io.cachee.server;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives memory back after a burst. The JVM enlarges its heap before it looks for garbage in the old part, up to a share
 * of the machine's memory, and keeps what it has. A collection makes it as small as what is alive allows.
 */
final class HeapTrimmer {
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long plannedBytes;
    private final LongSupplier heapBytes;
    private final Runnable collect;
    private final LongSupplier nanos;
    private long lastNanos;
    /** What the heap had after the last collection: only beyond that is there anything to give back. */
    private long keptBytes;

    HeapTrimmer(long plannedBytes) {
        this(plannedBytes, Runtime.getRuntime()::totalMemory, System::gc, System::nanoTime);
    }

    HeapTrimmer(long plannedBytes, LongSupplier heapBytes, Runnable collect, LongSupplier nanos) {
        this.plannedBytes = plannedBytes;
        this.heapBytes = heapBytes;
        this.collect = collect;
        this.nanos = nanos;
        this.lastNanos = nanos.getAsLong() - REST_NANOS;
    }

    /** Call several times a second. */
    void tick() {
        long now = nanos.getAsLong();
        boolean isTooLarge = heapBytes.getAsLong() > Math.max(plannedBytes, keptBytes);
        if (isTooLarge && now - lastNanos >= REST_NANOS) {
            lastNanos = now;
            collect.run();
            keptBytes = heapBytes.getAsLong();
        }
    }
}
