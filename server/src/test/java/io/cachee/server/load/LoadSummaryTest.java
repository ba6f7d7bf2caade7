package io.cachee.server.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class LoadSummaryTest {
    private static LoadResult round(long requests, long micros, double cpu, long errors) {
        Histogram latency = new Histogram(3);
        latency.recordValue(micros * 1_000);
        return new LoadResult(requests, 2, errors, 1, cpu, latency);
    }

    @Test
    void eachFigureIsTheMedianOfItsOwn() {
        LoadSummary all =
                LoadSummary.of(List.of(round(1_000, 900, 2, 0), round(3_000, 100, 9, 4), round(2_000, 200, 5, 0)));
        assertThat(all.perSecond()).isEqualTo(1_000);
        assertThat(all.micros(99.9)).isBetween(200.0, 200.2);
        assertThat(all.cpuMicros()).isEqualTo(5);
    }

    @Test
    void ofTwoRoundsItIsTheMiddle() {
        LoadSummary both = LoadSummary.of(List.of(round(1_000, 100, 1, 0), round(3_000, 300, 2, 0)));
        assertThat(both.perSecond()).isEqualTo(1_000);
        assertThat(both.micros(50)).isBetween(200.0, 200.2);
    }

    @Test
    void noFailureIsLeftOut() {
        assertThat(LoadSummary.of(List.of(round(1, 1, 1, 7), round(2, 1, 1, 0))).failures())
                .isEqualTo(9);
    }
}
