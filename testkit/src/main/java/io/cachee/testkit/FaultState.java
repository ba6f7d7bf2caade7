package io.cachee.testkit;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The active faults of a {@link FaultProxy}. Every connection asks here what to do with the bytes it has read. */
final class FaultState {
    /** What a connection does after forwarding some bytes. */
    enum Then {
        GO_ON,
        CLOSE,
        RESET
    }

    /**
     * @param bytes how many go on their way
     * @param then what comes after them
     */
    record Verdict(int bytes, Then then) {}

    private static final long NEVER = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Direction> stalled = EnumSet.noneOf(Direction.class);
    private boolean swallows;
    private long delayNanos;
    private long bytesUntilReset = NEVER;
    private boolean truncatesNext;

    void stall(Direction direction) {
        change(() -> stalled.add(direction));
    }

    void swallow() {
        change(() -> swallows = true);
    }

    void delay(long millis) {
        change(() -> delayNanos = TimeUnit.MILLISECONDS.toNanos(millis));
    }

    void resetAfter(long bytes) {
        change(() -> bytesUntilReset = bytes);
    }

    void truncateNext() {
        change(() -> truncatesNext = true);
    }

    void clear() {
        change(() -> {
            stalled.clear();
            swallows = false;
            delayNanos = 0;
            bytesUntilReset = NEVER;
            truncatesNext = false;
        });
    }

    /** Wakes waiting connections; also called when a connection ends, which one that waits must notice. */
    void wake() {
        change(() -> {});
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A connection that begins while bytes are swallowed needs no server; it has lost its own from the start. */
    boolean loses(ProxiedConnection connection) {
        lock.lock();
        try {
            if (swallows) {
                connection.markLost();
            }
            return swallows;
        } finally {
            lock.unlock();
        }
    }

    /** Waits while this direction is stopped; false if the connection has ended. */
    boolean awaitPassage(Direction direction, ProxiedConnection connection) throws InterruptedException {
        lock.lock();
        try {
            while (stalled.contains(direction) && !connection.isClosed()) {
                changed.await();
            }
            return !connection.isClosed();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the active delay, or less if it is removed. */
    void awaitDelay(ProxiedConnection connection) throws InterruptedException {
        lock.lock();
        try {
            long start = System.nanoTime();
            long left = delayNanos;
            while (left > 0 && !connection.isClosed()) {
                changed.awaitNanos(left);
                left = delayNanos - (System.nanoTime() - start);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Decides what to do with a number of bytes that were read. */
    Verdict judge(Direction direction, int length, ProxiedConnection connection) {
        lock.lock();
        try {
            if (swallows) {
                connection.markLost();
                return new Verdict(0, Then.GO_ON);
            }
            if (direction == Direction.TO_SERVER) {
                return new Verdict(length, Then.GO_ON);
            }
            if (truncatesNext) {
                truncatesNext = false;
                return new Verdict(length / 2, Then.CLOSE);
            }
            if (bytesUntilReset == NEVER) {
                return new Verdict(length, Then.GO_ON);
            }
            if (length < bytesUntilReset) {
                bytesUntilReset -= length;
                return new Verdict(length, Then.GO_ON);
            }
            int allowed = (int) bytesUntilReset;
            bytesUntilReset = NEVER;
            return new Verdict(allowed, Then.RESET);
        } finally {
            lock.unlock();
        }
    }
}
