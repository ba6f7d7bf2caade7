package io.cachee.store;

/**
 * A stripe's word: {@code clear epoch 32 | version 32}. The version is odd while entries move within the stripe. A
 * stripe whose epoch is behind the region's is empty, whatever its slots say.
 */
final class StripeWord {
    private StripeWord() {}

    static long pack(int epoch, int version) {
        return (long) epoch << 32 | version & 0xffffffffL;
    }

    static int epoch(long word) {
        return (int) (word >>> 32);
    }

    static int version(long word) {
        return (int) word;
    }

    static boolean isBusy(long word) {
        return (word & 1) != 0;
    }
}
