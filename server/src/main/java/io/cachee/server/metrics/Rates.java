package io.cachee.server.metrics;

/** Operations a second over the last seconds; a timer takes the samples. */
public final class Rates {
    private static final int SAMPLES = 16;

    private final long[] perSecond = new long[SAMPLES];
    private int next;
    private long lastCommands;
    private long lastNanos = System.nanoTime();

    /** Takes a sample. */
    public synchronized void sample(long commands) {
        long now = System.nanoTime();
        long nanos = Math.max(1, now - lastNanos);
        perSecond[next++ % SAMPLES] = (long) ((commands - lastCommands) * 1e9 / nanos);
        lastCommands = commands;
        lastNanos = now;
    }

    /** The mean of the samples. */
    public synchronized long operationsPerSecond() {
        long sum = 0;
        int count = Math.min(next, SAMPLES);
        for (int i = 0; i < count; i++) {
            sum += perSecond[i];
        }
        return count == 0 ? 0 : sum / count;
    }
}
