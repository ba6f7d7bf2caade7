package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Status;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class L2StateTest {
    private static final Instant NOON = Instant.parse("2026-01-05T12:00:00.123Z");

    private final L2State state = new L2State();

    private static L2Status status(L2Status.Node... nodes) {
        return new L2Status(List.of(nodes), -1, 0, L2Status.Totals.NONE);
    }

    private static L2Status.Node node(int generation, String problem) {
        return new L2Status.Node("redis:6379", generation, false, 0, problem);
    }

    @Test
    void isConnectingUntilItWasThere() {
        assertThat(state.words(status())).isEqualTo("connecting");
        assertThat(state.words(status(node(0, "refused")))).isEqualTo("connecting: redis:6379: refused");
        state.began(true);
        assertThat(state.words(status(node(1, "")))).isEqualTo("coherent");
    }

    @Test
    void saysSinceWhenItIsLostUntilAllOfItIsBack() {
        state.began(true);
        state.ended(NOON);
        state.ended(NOON.plusSeconds(5));
        L2Status lost = status(node(3, "an old one"), node(0, "reset"));
        assertThat(state.words(lost)).isEqualTo("lost since 2026-01-05T12:00:00Z: redis:6379: reset");
        state.began(false);
        assertThat(state.words(lost)).startsWith("lost since 2026-01-05T12:00:00Z");
        state.began(true);
        state.ended(NOON.plusSeconds(60));
        assertThat(state.words(lost)).startsWith("lost since 2026-01-05T12:01:00Z");
    }
}
