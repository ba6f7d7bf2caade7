package io.cachee.server.load;

import java.util.SplittableRandom;

/** Numbers of keys, drawn beforehand so that drawing costs nothing while a server is measured. */
final class KeyDraws {
    private static final int COUNT = 1 << 20;

    private final int[] numbers = new int[COUNT];

    KeyDraws(int keys, double skew, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        if (skew == 0) {
            for (int i = 0; i < COUNT; i++) {
                numbers[i] = random.nextInt(keys);
            }
            return;
        }
        double[] upTo = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++) {
            sum += 1 / Math.pow(i + 1.0, skew);
            upTo[i] = sum;
        }
        for (int i = 0; i < COUNT; i++) {
            int found = java.util.Arrays.binarySearch(upTo, random.nextDouble() * sum);
            int rank = Math.min(keys - 1, found < 0 ? -found - 1 : found);
            numbers[i] = scatter(rank, keys);
        }
    }

    /** Spreads the popular keys over all numbers. */
    private static int scatter(int rank, int keys) {
        return (int) ((rank * 2_654_435_761L + 1) % keys);
    }

    int at(int draw) {
        return numbers[draw & COUNT - 1];
    }
}
