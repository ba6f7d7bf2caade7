package io.cachee.server.metrics;

/** Counters, summed over all event loops. */
public record Totals(long hits, long misses, long commands, long bytesIn, long bytesOut) {
    public static final Totals ZERO = new Totals(0, 0, 0, 0, 0);

    public Totals plus(Totals other) {
        return new Totals(
                hits + other.hits,
                misses + other.misses,
                commands + other.commands,
                bytesIn + other.bytesIn,
                bytesOut + other.bytesOut);
    }

    public Totals minus(Totals other) {
        return new Totals(
                hits - other.hits,
                misses - other.misses,
                commands - other.commands,
                bytesIn - other.bytesIn,
                bytesOut - other.bytesOut);
    }
}
