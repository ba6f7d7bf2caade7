package io.cachee.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.config.OutputLimit;
import org.junit.jupiter.api.Test;

final class OutputLimitsTest {
    private static final long SOFT = 100;
    private static final long HARD = 1_000;

    private final Tunables tunables = new Tunables();
    private final OutputLimits limits = new OutputLimits(tunables);

    @Test
    void aClientThatHasCaughtUpMayExceedItsSoftLimitAgain() throws Exception {
        tunables.normalOutput = new OutputLimit(HARD, SOFT, 0);
        try (BareEngine bare = new BareEngine(16 << 20)) {
            assertThat(limits.exceeds(bare.session, SOFT + 1)).isFalse();
            assertThat(limits.exceeds(bare.session, SOFT)).isFalse();
            assertThat(limits.exceeds(bare.session, SOFT + 1)).isFalse();
            assertThat(limits.exceeds(bare.session, HARD + 1)).isTrue();
        }
    }
}
