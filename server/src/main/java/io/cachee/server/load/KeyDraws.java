package io.cachee.server.load;

import java.util.SplittableRandom;

/**
 * Random numbers of keys, drawn in advance so that drawing costs nothing while a server is measured. Zipf's law is
 * drawn by rejection-inversion (Hörmann and Derflinger, 1996), which needs no table of all keys.
 */
final class KeyDraws {
    private static final int COUNT = 1 << 20;
    private static final long GOLDEN = 2_654_435_761L;

    private final int[] numbers = new int[COUNT];

    KeyDraws(int keys, double skew, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < COUNT; i++) {
            numbers[i] = skew == 0 ? random.nextInt(keys) : scatter(rank(random, keys, skew) - 1, keys);
        }
    }

    /** A rank from 1, the most popular, to {@code keys}. */
    private static int rank(SplittableRandom random, int keys, double skew) {
        double first = integral(1.5, skew) - 1;
        double last = integral(keys + 0.5, skew);
        double surelyTaken = 2 - inverse(integral(2.5, skew) - density(2, skew), skew);
        while (true) {
            double area = last + random.nextDouble() * (first - last);
            double x = inverse(area, skew);
            int rank = (int) Math.clamp(Math.round(x), 1L, (long) keys);
            if (rank - x <= surelyTaken || area >= integral(rank + 0.5, skew) - density(rank, skew)) {
                return rank;
            }
        }
    }

    private static double density(double x, double skew) {
        return Math.exp(-skew * Math.log(x));
    }

    /** The integral of the density up to {@code x}; near an exponent of 1 it is the logarithm. */
    private static double integral(double x, double skew) {
        double log = Math.log(x);
        double exponent = (1 - skew) * log;
        return Math.abs(exponent) < 1e-8 ? log * (1 + exponent / 2) : Math.expm1(exponent) / (1 - skew);
    }

    private static double inverse(double area, double skew) {
        double product = Math.max(-1, area * (1 - skew));
        double log = Math.abs(product) < 1e-8 ? area * (1 - product / 2) : Math.log1p(product) / (1 - skew);
        return Math.exp(log);
    }

    /** Spreads the popular keys over all numbers, each rank to a number of its own. */
    static int scatter(int rank, int keys) {
        return (int) ((rank * GOLDEN + 1) % keys);
    }

    int at(int draw) {
        return numbers[draw & COUNT - 1];
    }
}
