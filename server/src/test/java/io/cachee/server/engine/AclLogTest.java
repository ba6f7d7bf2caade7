package io.cachee.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AclLogTest {
    private final Tunables tunables = new Tunables();
    private long millis = 1_000;
    private final AclLog log = new AclLog(tunables, () -> millis);

    private void add(Denial.Kind kind, String object) {
        log.add(new AclLog.What(kind, false, object, "user"), "a client");
    }

    @Test
    void refusalsOfOneKindWithinAMinuteShareAnEntry() {
        add(Denial.Kind.COMMAND, "get");
        add(Denial.Kind.KEY, "get");
        millis += 59_000;
        add(Denial.Kind.COMMAND, "get");
        assertThat(log.latest(10)).hasSize(2);
        AclLog.Entry first = log.latest(1).getFirst();
        assertThat(first.count()).isEqualTo(2);
        assertThat(first.id()).isZero();
        assertThat(first.createdMillis()).isEqualTo(1_000);
        assertThat(first.updatedMillis()).isEqualTo(60_000);
        millis += 60_001;
        add(Denial.Kind.COMMAND, "get");
        assertThat(log.latest(10)).hasSize(3);
    }

    @Test
    void keepsALimitedNumberOfEntriesOfLimitedSize() {
        tunables.aclLogMaxLength = 5;
        for (int i = 0; i < 1_000; i++) {
            add(Denial.Kind.KEY, i + "x".repeat(100_000));
        }
        assertThat(log.latest(Long.MAX_VALUE))
                .hasSize(5)
                .allMatch(entry -> entry.object().length() < 200);
        assertThat(log.latest(10).getFirst().object()).startsWith("999x");
        log.reset();
        assertThat(log.latest(10)).isEmpty();
    }
}
