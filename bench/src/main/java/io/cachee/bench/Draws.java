package io.cachee.bench;

import java.util.Arrays;
import java.util.Random;

/** Keys drawn in advance by Zipf's law, so that drawing is not measured. */
final class Draws {
    static final int COUNT = 1 << 20;
    static final double SKEW = 0.99;

    private Draws() {}

    /** The key with this number: sixteen bytes. */
    static String name(int number) {
        return String.format("key:%012d", number);
    }

    /** Numbers below {@code keys}; the popular ones are spread over all of them. */
    static int[] zipf(int keys, long seed) {
        double[] upTo = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++) {
            sum += 1 / Math.pow(i + 1, SKEW);
            upTo[i] = sum;
        }
        Random random = new Random(seed);
        int[] shuffled = shuffled(keys, random);
        int[] drawn = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
            int found = Arrays.binarySearch(upTo, random.nextDouble() * sum);
            drawn[i] = shuffled[Math.min(keys - 1, found < 0 ? -found - 1 : found)];
        }
        return drawn;
    }

    private static int[] shuffled(int keys, Random random) {
        int[] numbers = new int[keys];
        for (int i = 0; i < keys; i++) {
            int other = random.nextInt(i + 1);
            numbers[i] = numbers[other];
            numbers[other] = i;
        }
        return numbers;
    }
}
