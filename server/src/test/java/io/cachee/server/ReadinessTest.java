package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ReadinessTest {
    private long reads;
    private double hitRate;
    private long nanos;

    private Readiness readiness(double wanted) {
        return new Readiness(wanted, 1_000, () -> reads, () -> hitRate, () -> nanos);
    }

    @Test
    void followsTheSidecarWhereNoHitRateIsWanted() {
        Readiness readiness = readiness(0);
        assertThat(readiness.isReady()).isFalse();
        readiness.open();
        assertThat(readiness.isReady()).isTrue();
        readiness.close();
        assertThat(readiness.isReady()).isFalse();
    }

    @Test
    void waitsForEnoughReadsWithTheHitRateThatIsWantedAndStaysReady() {
        Readiness readiness = readiness(0.7);
        readiness.open();
        hitRate = 0.9;
        reads = Readiness.ENOUGH_READS - 1;
        assertThat(readiness.isReady()).isFalse();
        reads = Readiness.ENOUGH_READS;
        hitRate = 0.69;
        assertThat(readiness.isReady()).isFalse();
        hitRate = 0.7;
        assertThat(readiness.isReady()).isTrue();
        hitRate = 0.1;
        assertThat(readiness.isReady()).isTrue();
    }

    @Test
    void doesNotWaitForEver() {
        Readiness readiness = readiness(0.7);
        readiness.open();
        nanos = TimeUnit.MILLISECONDS.toNanos(1_000) - 1;
        assertThat(readiness.isReady()).isFalse();
        nanos++;
        assertThat(readiness.isReady()).isTrue();
    }
}
