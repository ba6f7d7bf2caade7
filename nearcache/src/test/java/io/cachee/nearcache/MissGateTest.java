package io.cachee.nearcache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MissGateTest {
    private static final byte[] KEY = "user:1".getBytes(UTF_8);
    private static final byte[] OTHER = "user:2".getBytes(UTF_8);

    private final EmbeddedChannel time = new EmbeddedChannel();
    private final MissGate gate = new MissGate(time.eventLoop());
    private final List<String> woken = new ArrayList<>();

    @BeforeEach
    void stopTheClock() {
        time.freezeTime();
    }

    @AfterEach
    void close() {
        time.finishAndReleaseAll();
    }

    private boolean await(byte[] key, long millis) {
        return gate.await(key, millis, () -> woken.add("retry"), () -> woken.add("give up"));
    }

    private void pass(long millis) {
        time.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        time.runScheduledPendingTasks();
    }

    @Test
    void makesTheFirstReaderResponsible() {
        assertThat(gate.enter(KEY, 100)).isTrue();
        assertThat(gate.enter(KEY, 100)).isFalse();
        assertThat(gate.enter(OTHER, 100)).isTrue();
        assertThat(gate.isFilling(KEY)).isTrue();
    }

    @Test
    void letsNobodyWaitForAKeyThatIsNotBeingFilled() {
        assertThat(await(KEY, 100)).isFalse();
    }

    @Test
    void wakesAllWhoWaitWhenTheKeyChanges() {
        gate.enter(KEY, 100);
        await(KEY, 100);
        await(KEY, 100);
        assertThat(gate.waiting()).isEqualTo(2);
        gate.changed(OTHER);
        assertThat(woken).isEmpty();
        gate.changed(KEY);
        assertThat(woken).containsExactly("retry", "retry");
        assertThat(gate.waiting()).isZero();
        pass(200);
        assertThat(woken).hasSize(2);
    }

    @Test
    void letsAWaiterGiveUpWhenItsTimeIsOver() {
        gate.enter(KEY, 100);
        await(KEY, 50);
        pass(50);
        assertThat(woken).containsExactly("give up");
    }

    @Test
    void letsTheOthersTryWhenTheFirstHasNotWritten() {
        gate.enter(KEY, 100);
        await(KEY, 200);
        pass(100);
        assertThat(woken).containsExactly("retry");
        assertThat(gate.enter(KEY, 100)).isTrue();
    }
}
