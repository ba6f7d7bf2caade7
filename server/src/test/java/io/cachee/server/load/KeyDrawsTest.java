package io.cachee.server.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KeyDrawsTest {
    private static final int DRAWS = 1 << 20;

    private static int[] drawn(int keys, double skew) {
        KeyDraws draws = new KeyDraws(keys, skew, 42);
        int[] numbers = new int[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            numbers[i] = draws.at(i);
        }
        return numbers;
    }

    /** How often each key was drawn, the most popular first. */
    private static int[] popularity(int[] numbers, int keys) {
        int[] counts = new int[keys];
        for (int number : numbers) {
            counts[number]++;
        }
        Arrays.sort(counts);
        int[] falling = new int[keys];
        for (int i = 0; i < keys; i++) {
            falling[i] = counts[keys - 1 - i];
        }
        return falling;
    }

    @Test
    void drawsByZipfsLaw() {
        for (double skew : new double[] {0.5, 0.99, 1, 1.5}) {
            int keys = 1_000;
            int[] counts = popularity(drawn(keys, skew), keys);
            double sum = 0;
            for (int rank = 1; rank <= keys; rank++) {
                sum += Math.pow(rank, -skew);
            }
            for (int rank : new int[] {1, 2, 3, 10}) {
                double expected = DRAWS * Math.pow(rank, -skew) / sum;
                assertThat((double) counts[rank - 1])
                        .as("rank %d at %s", rank, skew)
                        .isBetween(expected * 0.9, expected * 1.1);
            }
        }
    }

    @Test
    void drawsAllAlikeWithoutSkew() {
        int[] counts = popularity(drawn(100, 0), 100);
        assertThat(counts[0]).isLessThan(2 * counts[99]);
    }

    @Test
    void staysInRangeForAnyNumberOfKeys() {
        for (int keys : new int[] {1, 2, 3, 100, 1_000_003, 100_000_000, Integer.MAX_VALUE}) {
            for (double skew : new double[] {0, 0.99, 10}) {
                assertThat(Arrays.stream(drawn(keys, skew)).allMatch(number -> number >= 0 && number < keys))
                        .as("%d keys, skew %s", keys, skew)
                        .isTrue();
            }
        }
    }

    @Test
    void scattersEachRankToANumberOfItsOwn() {
        for (int keys : new int[] {1, 2, 1_000, 65_536, 99_999}) {
            boolean[] taken = new boolean[keys];
            for (int rank = 0; rank < keys; rank++) {
                int number = KeyDraws.scatter(rank, keys);
                assertThat(taken[number]).isFalse();
                taken[number] = true;
            }
        }
        assertThat(KeyDraws.scatter(99_999_999, 100_000_000)).isBetween(0, 99_999_999);
        assertThat(KeyDraws.scatter(Integer.MAX_VALUE - 1, Integer.MAX_VALUE)).isNotNegative();
    }

    @Test
    void takesUpWhereItEnds() {
        KeyDraws draws = new KeyDraws(1_000, 0.99, 42);
        assertThat(draws.at(DRAWS + 5)).isEqualTo(draws.at(5));
        assertThat(draws.at(-1)).isEqualTo(draws.at(DRAWS - 1));
    }
}
