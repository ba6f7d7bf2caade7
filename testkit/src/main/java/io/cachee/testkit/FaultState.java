package io.cachee.testkit;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Which faults of a {@link FaultProxy} are on. Every connection asks here what becomes of what it has read. */
final class FaultState {
    /** How a connection goes on after some bytes. */
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

    /** Called as well when a connection ends, for one that waits must notice. */
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

    /** Waits while nothing may pass in this direction; false when the connection has ended meanwhile. */
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

    /** Waits as long as the delay that is on, or less when it is taken off. */
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

    /** What becomes of so many bytes that were read. */
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
