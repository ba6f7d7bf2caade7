package io.cachee.l2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BreakerTest {
    private static final long FIRST = 100;
    private static final long LAST = 800;

    private final AtomicLong now = new AtomicLong(-50);
    private final Breaker breaker = new Breaker(3, FIRST, LAST, now::get, new Random(1));

    private void open() {
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.isOpen()).isFalse();
            breaker.failed();
        }
        assertThat(breaker.isOpen()).isTrue();
    }

    @Test
    void opensAfterFailuresInARowAlone() {
        breaker.failed();
        breaker.failed();
        breaker.succeeded();
        open();
    }

    @Test
    void letsOneProbeThroughWhenItsPauseIsOver() {
        open();
        assertThat(breaker.untilProbeNanos()).isBetween(FIRST / 2, FIRST);
        assertThat(breaker.beginProbe()).isFalse();
        now.addAndGet(breaker.untilProbeNanos());
        assertThat(breaker.beginProbe()).isTrue();
        assertThat(breaker.beginProbe()).isFalse();
        breaker.succeeded();
        assertThat(breaker.isOpen()).isFalse();
        assertThat(breaker.isStrained()).isFalse();
    }

    @Test
    void pausesLongerAfterEachProbeThatFails() {
        open();
        long longest = FIRST;
        for (int i = 0; i < 6; i++) {
            assertThat(breaker.untilProbeNanos()).isBetween(longest / 2, longest);
            now.addAndGet(breaker.untilProbeNanos());
            assertThat(breaker.beginProbe()).isTrue();
            breaker.failed();
            longest = Math.min(LAST, 2 * longest);
        }
        assertThat(breaker.isOpen()).isTrue();
    }

    @Test
    void isNotPutOffByWhatWasUnderWayWhenItOpened() {
        open();
        long left = breaker.untilProbeNanos();
        breaker.failed();
        assertThat(breaker.untilProbeNanos()).isEqualTo(left);
    }
}
