package io.cachee.server.load;

import org.HdrHistogram.Histogram;

/**
 * What a server made of a load.
 *
 * @param requests answered
 * @param seconds measured
 * @param errors among the replies
 * @param broken connections that ended early
 * @param cpuMicros CPU time of the server for each request, 0 when that is not to be had
 * @param latency in nanoseconds
 */
public record LoadResult(long requests, double seconds, long errors, int broken, double cpuMicros, Histogram latency) {
    /** Requests answered in a second. */
    public double perSecond() {
        return requests / seconds;
    }

    /** In microseconds. */
    public double micros(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e3;
    }
}
