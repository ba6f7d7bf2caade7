package io.cachee.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DurationClassesTest {
    /** What Redis 7.0 prints as bounds. */
    private static final long[] BOUNDS = {
        1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1_056, 2_113, 4_227, 8_454, 16_908, 33_816, 67_633, 135_266, 270_532,
        541_065, 1_082_130
    };

    @Test
    void haveTheBoundsThatRedisPrints() {
        assertThat(IntStream.range(0, DurationClasses.COUNT).mapToLong(DurationClasses::endMicros))
                .containsExactly(IntStream.range(0, BOUNDS.length)
                        .mapToObj(i -> BOUNDS[i])
                        .toArray(Long[]::new));
    }

    @Test
    void takeEachDurationOnce() {
        for (long nanos : new long[] {Long.MIN_VALUE, -1, 0, 1, 500, 1_024, 1_031}) {
            assertThat(DurationClasses.of(nanos)).as("%d", nanos).isZero();
        }
        assertThat(DurationClasses.of(1_032)).isEqualTo(1);
        assertThat(DurationClasses.of(2_063)).isEqualTo(1);
        assertThat(DurationClasses.of(2_064)).isEqualTo(2);
        assertThat(DurationClasses.of(528_383)).isEqualTo(9);
        assertThat(DurationClasses.of(528_384)).isEqualTo(10);
        assertThat(DurationClasses.of(2_000_000_000L)).isEqualTo(DurationClasses.COUNT - 1);
        assertThat(DurationClasses.of(Long.MAX_VALUE)).isEqualTo(DurationClasses.COUNT - 1);
    }
}
