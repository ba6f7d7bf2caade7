package io.cachee.server;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Whether the cache is warm enough for clients: it becomes ready when enough reads are answered from it, or when the
 * time for that is over. After that it stays ready until it is closed.
 */
final class Readiness {
    /** With fewer reads, a hit rate means nothing. */
    static final long ENOUGH_READS = 100;

    private final double wantedRate;
    private final long patienceNanos;
    private final LongSupplier reads;
    private final DoubleSupplier hitRate;
    private final LongSupplier nanoTime;
    private volatile long openedNanos;
    private volatile boolean open;
    private volatile boolean closed;
    private volatile boolean warm;

    Readiness(
            double wantedRate, long patienceMillis, LongSupplier reads, DoubleSupplier hitRate, LongSupplier nanoTime) {
        this.wantedRate = wantedRate;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        this.reads = reads;
        this.hitRate = hitRate;
        this.nanoTime = nanoTime;
    }

    /** The sidecar has started. */
    void open() {
        openedNanos = nanoTime.getAsLong();
        open = true;
    }

    /** The sidecar is about to end. */
    void close() {
        closed = true;
        open = false;
    }

    boolean isReady() {
        return reason().isEmpty();
    }

    /** Why clients should not connect; empty if they should. */
    String reason() {
        if (!open) {
            return closed ? "stopping" : "starting";
        }
        if (!warm) {
            boolean isMet = reads.getAsLong() >= ENOUGH_READS && hitRate.getAsDouble() >= wantedRate;
            warm = wantedRate == 0 || isMet || nanoTime.getAsLong() - openedNanos >= patienceNanos;
        }
        return warm ? "" : "warming up: too few reads are answered from the cache (--ready-hit-rate)";
    }
}
