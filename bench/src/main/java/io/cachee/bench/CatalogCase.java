package io.cachee.bench;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What was seen in one case of a catalog.
 *
 * @param redis its own figures while requests were measured
 * @param loads of values by sidecars; the other reads are theirs to measure how soon they hear of changes
 * @param writes acknowledged
 * @param errors that requests were answered with
 * @param hits the mean hit ratio of the sidecars, in percent; negative where there are none
 * @param network how well the delaying network kept its time
 * @param latencies of clients, in nanoseconds
 */
record CatalogCase(
        String name,
        RedisFigures redis,
        long loads,
        long writes,
        long errors,
        double hits,
        String network,
        Histogram latencies) {
    /** By how many percent others read less at Redis than this case. */
    double cut(CatalogCase other) {
        return 100.0 * (redis.reads() - other.redis.reads()) / Math.max(1, redis.reads());
    }

    static void print(List<CatalogCase> cases, int pods) {
        CatalogCase before = cases.getFirst();
        System.out.printf(
                "%n%-24s %10s %8s %8s %8s %12s %12s %10s %10s %10s%n",
                "", "L2 reads", "cut", "hits", "clients", "a pod", "bytes out", "p50 ms", "p99 ms", "p99.9 ms");
        for (CatalogCase one : cases) {
            boolean isBefore = one.hits < 0;
            System.out.printf(
                    "%-24s %,10d %8s %8s %8d %12.2f %,9d MB %10.2f %10.2f %10.2f%n",
                    one.name,
                    one.redis.reads(),
                    isBefore ? "-" : String.format("%.2f %%", before.cut(one)),
                    isBefore ? "-" : String.format("%.2f %%", one.hits),
                    one.redis.clients(),
                    (double) one.redis.clients() / pods,
                    one.redis.bytesOut() / 1_000_000,
                    one.millis(50),
                    one.millis(99),
                    one.millis(99.9));
        }
        for (CatalogCase one : cases) {
            System.out.printf(
                    "%s: loads by sidecars %,d, writes %,d (in every pod: %,d), errors %,d; the network's thread: %s%n",
                    one.name, one.loads, one.writes, one.writes * pods, one.errors, one.network);
        }
    }

    private double millis(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }
}
