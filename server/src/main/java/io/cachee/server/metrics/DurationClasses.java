package io.cachee.server.metrics;

/**
 * The classes in which LATENCY HISTOGRAM counts durations: one for each power of two nanoseconds, from a microsecond to
 * a second. As in Redis, whose histograms have a precision of two digits, a class ends a little above its power of two.
 */
public final class DurationClasses {
    private static final int FIRST_EXPONENT = 10;
    private static final int LAST_EXPONENT = 30;
    private static final int PRECISION_BITS = 7;
    public static final int COUNT = LAST_EXPONENT - FIRST_EXPONENT + 1;

    private DurationClasses() {}

    /** The class of a duration; durations of more than a second are in the last one. */
    public static int of(long nanos) {
        int exponent = 63 - Long.numberOfLeadingZeros(Math.max(nanos, 1));
        boolean isWithinPrecision = nanos - (1L << exponent) < 1L << Math.max(0, exponent - PRECISION_BITS);
        int number = exponent - FIRST_EXPONENT + (isWithinPrecision ? 0 : 1);
        return Math.clamp(number, 0, COUNT - 1);
    }

    /** The longest duration of a class, in microseconds. */
    public static long endMicros(int number) {
        int exponent = FIRST_EXPONENT + number;
        return ((1L << exponent) + (1L << exponent - PRECISION_BITS) - 1) / 1_000;
    }
}
