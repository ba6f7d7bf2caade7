package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BusyPollTest {
    private static final int MANY = 50;

    private final BusyPoll rule = new BusyPoll();

    @Test
    void looksForOneOrTwoClientsWhereACpuIsIdle() {
        assertThat(rule.after(0.2, 0, 0.5, 2)).isTrue();
        assertThat(rule.after(0.2, 0, 0.2, 2)).isFalse();
        assertThat(rule.after(0.2, 0, 0.5, 3)).isFalse();
    }

    @Test
    void sleepsBetweenRequestsOfManyClientsAtHalfLoad() {
        assertThat(rule.after(0.65, 0, 1, MANY)).isFalse();
    }

    @Test
    void looksWhereItIsBusyAndGoesOnWithWhatThatSpares() {
        assertThat(rule.after(0.8, 0, 0.2, MANY)).isTrue();
        assertThat(rule.after(0.65, 0, 0, MANY)).isTrue();
        assertThat(rule.after(0.45, 0, 0, MANY)).isFalse();
        assertThat(rule.after(0.65, 0, 0, MANY)).isFalse();
    }

    @Test
    void aLoopOfWhichTheKernelTellsNothingLooksForFewClientsAlone() {
        LoopLoad load = new LoopLoad();
        load.count(0);
        load.sample(1);
        load.decidePolling(1);
        assertThat(load.mayPoll()).isTrue();
        load.decidePolling(0);
        assertThat(load.mayPoll()).isFalse();
    }

    @Test
    void beginsOnlyWhereSomethingOfACpuIsIdle() {
        assertThat(rule.after(0.8, 0, 0.05, MANY)).isFalse();
        assertThat(rule.after(0.8, 0, 0.15, MANY)).isTrue();
    }

    @Test
    void looksForNobodyWhileItWaitsForACpuItself() {
        assertThat(rule.after(0.8, 0, 0.2, MANY)).isTrue();
        assertThat(rule.after(0.6, 0.1, 0, MANY)).isTrue();
        assertThat(rule.after(0.6, 0.2, 0, MANY)).isFalse();
        assertThat(rule.after(0.8, 0.1, 0, MANY)).isFalse();
    }
}
