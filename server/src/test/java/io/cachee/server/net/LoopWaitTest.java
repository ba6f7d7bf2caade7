package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.SelectStrategy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoopWaitTest {
    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int ENOUGH_TURNS = 64;

    private final LoopLoad load = new LoopLoad();
    private int looks;

    private int lookUntilThird() {
        return ++looks % 3 == 0 ? 7 : 0;
    }

    @Test
    void sleepsAtOnceWhileItMayNotPoll() throws Exception {
        LoopWait waiting = new LoopWait(load, LONG_NANOS);
        for (int i = 0; i < ENOUGH_TURNS; i++) {
            assertThat(waiting.calculateStrategy(this::lookUntilThird, false)).isEqualTo(SelectStrategy.SELECT);
        }
        assertThat(looks).isZero();
    }

    @Test
    void looksAgainWhereRequestsFollowEachOtherClosely() throws Exception {
        load.mayPoll(true);
        LoopWait waiting = new LoopWait(load, LONG_NANOS);
        int found = 0;
        for (int i = 0; i < ENOUGH_TURNS; i++) {
            found = waiting.calculateStrategy(this::lookUntilThird, false);
        }
        assertThat(found).isEqualTo(7);
        assertThat(looks).isPositive();
    }

    @Test
    void sleepsAtOnceWhereRequestsAreFarBetween() throws Exception {
        load.mayPoll(true);
        LoopWait waiting = new LoopWait(load, 1);
        for (int i = 0; i < ENOUGH_TURNS; i++) {
            assertThat(waiting.calculateStrategy(() -> 0, false)).isEqualTo(SelectStrategy.SELECT);
        }
    }

    @Test
    void neverSleepsOverTasks() throws Exception {
        assertThat(new LoopWait(load, 0).calculateStrategy(() -> 0, true)).isZero();
    }
}
