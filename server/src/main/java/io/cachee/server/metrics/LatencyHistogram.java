package io.cachee.server.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A histogram of durations with eight classes for each power of two nanoseconds, so that a class is at most an eighth
 * wide. One thread writes it; any thread may read it.
 */
public final class LatencyHistogram {
    private static final int SUB_BITS = 3;
    private static final int FIRST_EXPONENT = 6;
    private static final int LAST_EXPONENT = 36;
    private static final int CLASSES = (LAST_EXPONENT - FIRST_EXPONENT + 1) << SUB_BITS;

    private final AtomicLongArray counts = new AtomicLongArray(CLASSES + 1);

    /** Counts {@code count} durations of about {@code each} nanoseconds, which add up to {@code nanos}. */
    public void record(long each, int count, long nanos) {
        add(classOf(each), count);
        add(CLASSES, nanos);
    }

    private void add(int at, long amount) {
        counts.setOpaque(at, counts.getPlain(at) + amount);
    }

    private static int classOf(long nanos) {
        if (nanos < 1L << FIRST_EXPONENT) {
            return 0;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(nanos);
        if (exponent > LAST_EXPONENT) {
            return CLASSES - 1;
        }
        int sub = (int) (nanos >>> exponent - SUB_BITS) & (1 << SUB_BITS) - 1;
        return (exponent - FIRST_EXPONENT << SUB_BITS) + sub;
    }

    /** The first duration above a class. */
    private static long endOf(int number) {
        int exponent = FIRST_EXPONENT + (number >> SUB_BITS);
        long sub = (number & (1 << SUB_BITS) - 1) + 1L;
        return (1L << exponent) + (sub << exponent - SUB_BITS);
    }

    /** Adds these counts to {@code sum}. */
    public void addTo(Sum sum) {
        for (int i = 0; i < CLASSES; i++) {
            sum.counts[i] += counts.getOpaque(i);
        }
        sum.nanos += counts.getOpaque(CLASSES);
    }

    /** The sum of several histograms at one moment. */
    public static final class Sum {
        private final long[] counts = new long[CLASSES];
        private long nanos;

        /** The number of durations. */
        public long count() {
            long count = 0;
            for (long c : counts) {
                count += c;
            }
            return count;
        }

        /** The sum of all durations. */
        public long nanos() {
            return nanos;
        }

        /** The number of durations in the classes that end at or below {@code limitNanos}. */
        public long countUpTo(long limitNanos) {
            long count = 0;
            for (int i = 0; i < CLASSES && endOf(i) <= limitNanos; i++) {
                count += counts[i];
            }
            return count;
        }

        /** The duration that the given share of all durations does not exceed; 0 without durations. */
        public long quantileNanos(double share) {
            long wanted = (long) Math.ceil(share * count());
            long seen = 0;
            for (int i = 0; i < CLASSES && wanted > 0; i++) {
                seen += counts[i];
                if (seen >= wanted) {
                    return endOf(i);
                }
            }
            return 0;
        }

        /** The counts since {@code earlier}. */
        public Sum since(Sum earlier) {
            Sum difference = new Sum();
            for (int i = 0; i < CLASSES; i++) {
                difference.counts[i] = counts[i] - earlier.counts[i];
            }
            difference.nanos = nanos - earlier.nanos;
            return difference;
        }
    }
}
