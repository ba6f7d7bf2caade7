package io.cachee.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;

/**
 * What the calling thread did with its time: ran, waited for a core, or slept. A thread that does not sleep by itself
 * sleeps when somebody else holds a lock; time that the machine's host took away counts as such as well.
 */
final class ThreadTimes {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final RandomAccessFile statistics;
    private final byte[] text = new byte[128];
    private long lastRan;
    private long lastWaited;
    private long lastNanos;
    private long sleptNanos;
    private long coreWaitNanos;

    ThreadTimes() {
        try {
            statistics = new RandomAccessFile("/proc/thread-self/schedstat", "r");
        } catch (IOException e) {
            throw new UncheckedIOException("this machine does not tell how long threads wait for a core", e);
        }
    }

    /** Looks at the clocks; the figures are of the time since this was last done. */
    void look() {
        long ran = threads.getCurrentThreadCpuTime();
        long waited = waitedForCore();
        long now = System.nanoTime();
        coreWaitNanos = waited - lastWaited;
        sleptNanos = now - lastNanos - (ran - lastRan) - coreWaitNanos;
        lastRan = ran;
        lastWaited = waited;
        lastNanos = now;
    }

    long sleptNanos() {
        return sleptNanos;
    }

    long coreWaitNanos() {
        return coreWaitNanos;
    }

    private long waitedForCore() {
        try {
            statistics.seek(0);
            int length = statistics.read(text);
            return Long.parseLong(new String(text, 0, length, StandardCharsets.ISO_8859_1).split(" ", -1)[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
