package io.cachee.server.load;

import org.HdrHistogram.Histogram;

/**
 * The result of a load.
 *
 * @param requests answered
 * @param seconds measured
 * @param errors among the replies
 * @param broken connections that ended early
 * @param cpuMicros the server's CPU time for each request; 0 if it is not known
 * @param latency in nanoseconds
 */
public record LoadResult(long requests, double seconds, long errors, int broken, double cpuMicros, Histogram latency) {
    /** The requests answered in a second. */
    public double perSecond() {
        return requests / seconds;
    }

    /** A percentile of the latency, in microseconds. */
    public double micros(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e3;
    }
}
