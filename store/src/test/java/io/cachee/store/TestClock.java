package io.cachee.store;

import java.util.concurrent.TimeUnit;

/** A clock that a test moves by hand; it may also move by itself at each look, to make work that is paced visible. */
final class TestClock implements Clock {
    private final long stepNanos;
    private long nanos = 1_000_000_007L;
    private long wallMillis = 1_700_000_000_000L;

    TestClock() {
        this(0);
    }

    /** Moves on by {@code stepNanos} whenever somebody looks. */
    TestClock(long stepNanos) {
        this.stepNanos = stepNanos;
    }

    @Override
    public synchronized long nanoTime() {
        nanos += stepNanos;
        return nanos;
    }

    @Override
    public synchronized long wallMillis() {
        return wallMillis;
    }

    synchronized void advanceMillis(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
        wallMillis += millis;
    }

    /** Somebody sets the machine's wall clock. */
    synchronized void setWallBy(long millis) {
        wallMillis += millis;
    }
}
