package io.cachee.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** How punctual a {@link DelayProxy} was. Its event loop writes the figures; other threads read them. */
final class DelayFigures {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Recorder lateNanos = new Recorder(TimeUnit.SECONDS.toNanos(100), 2);
    private volatile long threadId;
    private long startNanos = System.nanoTime();
    private long startCpuNanos;

    void late(long nanos) {
        lateNanos.recordValue(Math.clamp(nanos, 0, TimeUnit.SECONDS.toNanos(99)));
    }

    void busy() {
        threadId = Thread.currentThread().threadId();
    }

    private long cpuNanos() {
        return threadId == 0 ? 0 : THREADS.getThreadCpuTime(threadId);
    }

    /** From now on. Of one thread, as {@link #words} is. */
    void reset() {
        lateNanos.reset();
        startNanos = System.nanoTime();
        startCpuNanos = cpuNanos();
    }

    /** Since the last reset. */
    String words() {
        Histogram late = lateNanos.getIntervalHistogram();
        double busy = 100.0 * (cpuNanos() - startCpuNanos) / (System.nanoTime() - startNanos);
        return String.format(
                "%.0f %% of a core, later than asked by %.2f ms at the median and %.2f ms at p99",
                busy, late.getValueAtPercentile(50) / 1e6, late.getValueAtPercentile(99) / 1e6);
    }
}
