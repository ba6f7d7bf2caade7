package io.cachee.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoginGuardTest {
    private static final int BURST = 100;
    private static final int EACH_SECOND = 50;

    private long nanos = Long.MAX_VALUE - 1_000;
    private final LoginGuard guard = new LoginGuard(() -> nanos);

    private void pass(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void empty() {
        for (int i = 0; i < BURST; i++) {
            assertThat(guard.attempt()).isZero();
        }
    }

    @Test
    void wrongPasswordsAreBoundedInTimeWhateverTheyComeFrom() {
        int judged = 0;
        for (int i = 0; i < 100_000; i++) {
            judged += guard.attempt() == LoginGuard.REFUSED ? 0 : 1;
            pass(1);
        }
        // At once, in the 100 seconds that have passed, and in the second that the last ones wait.
        assertThat(judged).isBetween(100 * EACH_SECOND, BURST + 101 * EACH_SECOND + 1);
    }

    @Test
    void onAnEmptyBudgetAnAttemptWaitsASecondAtMost() {
        empty();
        long longest = 0;
        for (long wait = guard.attempt(); wait != LoginGuard.REFUSED; wait = guard.attempt()) {
            longest = Math.max(longest, wait);
        }
        assertThat(longest).isBetween(900L, 1_000L);
        assertThat(guard.attempt()).isEqualTo(LoginGuard.REFUSED);
        pass(1_000);
        assertThat(guard.attempt()).isPositive();
    }

    @Test
    void rightPasswordsCostNothing() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(guard.attempt()).isZero();
            guard.wasRight();
        }
        empty();
        assertThat(guard.attempt()).isPositive();
    }

    @Test
    void givingBackNeverMakesTheBudgetLarger() {
        pass(60_000);
        for (int i = 0; i < 1_000; i++) {
            guard.attempt();
            guard.wasRight();
        }
        empty();
        assertThat(guard.attempt()).isPositive();
    }

    @Test
    void theBudgetIsFullAgainAfterAWhile() {
        empty();
        pass(1_000L * BURST / EACH_SECOND);
        empty();
        assertThat(guard.attempt()).isPositive();
    }
}
