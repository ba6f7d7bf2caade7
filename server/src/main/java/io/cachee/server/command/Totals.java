package io.cachee.server.command;

/** Sums over all event loops. */
record Totals(long hits, long misses, long commands, long bytesIn, long bytesOut) {
    static final Totals ZERO = new Totals(0, 0, 0, 0, 0);

    Totals plus(Totals other) {
        return new Totals(
                hits + other.hits,
                misses + other.misses,
                commands + other.commands,
                bytesIn + other.bytesIn,
                bytesOut + other.bytesOut);
    }

    Totals minus(Totals other) {
        return new Totals(
                hits - other.hits,
                misses - other.misses,
                commands - other.commands,
                bytesIn - other.bytesIn,
                bytesOut - other.bytesOut);
    }
}
