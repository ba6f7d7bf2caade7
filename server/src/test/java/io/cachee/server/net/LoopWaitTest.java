package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

final class LoopWaitTest {
    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int ENOUGH_TURNS = 64;
    private static final int FOUND = 7;

    /** Has something at every third look. */
    private static final class Sockets implements IoHandler {
        private int looks;
        private int sleeps;

        @Override
        public int run(IoHandlerContext context) {
            if (context.canBlock()) {
                sleeps++;
                return 0;
            }
            return ++looks % 3 == 0 ? FOUND : 0;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return false;
        }
    }

    private record Loop(BooleanSupplier mayBlock) implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return mayBlock.getAsBoolean();
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return 0;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    }

    private static final Loop IDLE = new Loop(() -> true);

    private final LoopLoad load = new LoopLoad();
    private final Sockets sockets = new Sockets();

    @Test
    void sleepsAtOnceWhileItMayNotPoll() {
        LoopWait waiting = new LoopWait(sockets, load, LONG_NANOS);
        for (int i = 0; i < ENOUGH_TURNS; i++) {
            waiting.run(IDLE);
        }
        assertThat(sockets.looks).isZero();
        assertThat(sockets.sleeps).isEqualTo(ENOUGH_TURNS);
    }

    @Test
    void looksAgainWhereRequestsFollowEachOtherClosely() {
        load.decidePolling(1);
        LoopWait waiting = new LoopWait(sockets, load, LONG_NANOS);
        int found = 0;
        for (int i = 0; i < ENOUGH_TURNS; i++) {
            found = waiting.run(IDLE);
        }
        assertThat(found).isEqualTo(FOUND);
        assertThat(sockets.looks).isPositive();
    }

    @Test
    void sleepsAtOnceWhereRequestsAreFarBetween() {
        load.decidePolling(1);
        LoopWait waiting = new LoopWait(sockets, load, 1);
        for (int i = 0; i < ENOUGH_TURNS; i++) {
            waiting.run(IDLE);
        }
        assertThat(sockets.looks).isZero();
        assertThat(sockets.sleeps).isEqualTo(ENOUGH_TURNS);
    }

    @Test
    void neverSleepsOverTasks() {
        assertThat(new LoopWait(sockets, load, 0).run(new Loop(() -> false))).isZero();
        assertThat(sockets.sleeps).isZero();
    }

    @Test
    void neverLooksAgainOverATaskThatCame() {
        load.decidePolling(1);
        LoopWait waiting = new LoopWait(sockets, load, LONG_NANOS);
        int[] asked = new int[1];
        for (int i = 0; i < ENOUGH_TURNS; i++) {
            asked[0] = 0;
            int before = sockets.looks;
            waiting.run(new Loop(() -> asked[0]++ == 0));
            assertThat(sockets.looks - before).isLessThanOrEqualTo(2);
        }
        assertThat(sockets.sleeps).isLessThan(ENOUGH_TURNS);
    }

    @Test
    void countsEachClientOnceInAnInterval() {
        int first = 0;
        int second = 0;
        for (int i = 0; i < ENOUGH_TURNS; i++) {
            first = load.count(first);
            second = load.count(second);
        }
        load.sample(1);
        assertThat(load.clients()).isEqualTo(2);
        first = load.count(first);
        load.count(first);
        load.sample(1);
        assertThat(load.clients()).isEqualTo(1);
    }
}
