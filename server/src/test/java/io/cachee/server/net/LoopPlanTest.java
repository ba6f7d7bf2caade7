package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

final class LoopPlanTest {
    private static final int MOST = 4;

    private final LoopPlan plan = new LoopPlan(MOST);

    /** Loops without a moment's rest, served requests depending on how many loops there are. */
    private void saturated(int ticks, double idleCpus, IntToDoubleFunction requests) {
        for (int i = 0; i < ticks; i++) {
            plan.after(new LoopPlan.Sample(1, 0, idleCpus, requests.applyAsDouble(plan.used())));
        }
    }

    @Test
    void beginsWithOneLoop() {
        assertThat(plan.used()).isEqualTo(1);
    }

    @Test
    void usesFurtherLoopsWhereTheyHelpAndNoMoreThanThereAre() {
        saturated(200, 2, loops -> 1_000.0 * loops);
        assertThat(plan.used()).isEqualTo(MOST);
    }

    @Test
    void staysWithOneLoopWhileNoCpuIsIdle() {
        saturated(200, 0.1, loops -> 1_000.0 * loops);
        assertThat(plan.used()).isEqualTo(1);
    }

    @Test
    void staysWithOneLoopThatHasTimeLeft() {
        for (int i = 0; i < 200; i++) {
            plan.after(new LoopPlan.Sample(0.6, 0, 2, 1_000));
        }
        assertThat(plan.used()).isEqualTo(1);
    }

    @Test
    void givesUpALoopThatServesNoMoreAndTriesAgainLessAndLessOften() {
        int[] tries = new int[2];
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 500; i++) {
                int before = plan.used();
                int after = plan.after(new LoopPlan.Sample(1, 0, 2, 1_000));
                tries[half] += after > before ? 1 : 0;
            }
        }
        assertThat(tries[0]).isBetween(2, 10);
        assertThat(tries[1]).isLessThan(tries[0]);
    }

    @Test
    void closesALoopWhoseWorkOneLessCanDo() {
        saturated(20, 2, loops -> 1_000.0 * loops);
        assertThat(plan.used()).isGreaterThan(1);
        for (int i = 0; i < 100; i++) {
            plan.after(new LoopPlan.Sample(0.1, 0, 2, 100));
        }
        assertThat(plan.used()).isEqualTo(1);
    }

    @Test
    void triesWithFewerWhenLoopsStandInEachOthersWay() {
        saturated(20, 2, loops -> 1_000.0 * loops);
        int many = plan.used();
        for (int i = 0; i < 100; i++) {
            plan.after(new LoopPlan.Sample(0.7, 0.3, 0, 4_000.0 / plan.used()));
        }
        assertThat(plan.used()).isLessThan(many);
    }

    @Test
    void triesLessOftenWhatDidNotLast() {
        int[] tries = new int[2];
        int openFor = 0;
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 500; i++) {
                int before = plan.used();
                openFor = before > 1 ? openFor + 1 : 0;
                LoopPlan.Sample one = new LoopPlan.Sample(1, 0, 2, 1_000);
                LoopPlan.Sample seemsToHelp = new LoopPlan.Sample(1, 0, 0, 1_200);
                LoopPlan.Sample standsInTheWay = new LoopPlan.Sample(0.7, 0.3, 0, 1_000);
                int after = plan.after(before == 1 ? one : openFor < 10 ? seemsToHelp : standsInTheWay);
                tries[half] += after > before ? 1 : 0;
            }
        }
        assertThat(tries[0]).isBetween(2, 10);
        assertThat(tries[1]).isLessThan(tries[0]);
    }

    @Test
    void triesAgainAtOnceWhenTheLoadHasBeenLow() {
        saturated(500, 2, _ -> 1_000);
        assertThat(plan.used()).isEqualTo(1);
        for (int i = 0; i < 10; i++) {
            plan.after(new LoopPlan.Sample(0.1, 0, 2, 100));
        }
        saturated(10, 2, loops -> 1_000.0 * loops);
        assertThat(plan.used()).isGreaterThan(1);
    }

    @Test
    void judgesByMeansNotByTheBestMoment() {
        int[] tick = new int[1];
        saturated(500, 2, _ -> tick[0]++ % 2 == 0 ? 800 : 1_200);
        assertThat(plan.used()).isEqualTo(1);
    }

    @Test
    void returnsToMoreWhenFewerServeLess() {
        saturated(40, 2, loops -> 1_000.0 * loops);
        int many = plan.used();
        for (int i = 0; i < 200; i++) {
            plan.after(new LoopPlan.Sample(0.7, 0.3, 0, 1_000.0 * plan.used()));
        }
        int trial = plan.used();
        for (int i = 0; trial < many && i < 10; i++) {
            trial = plan.after(new LoopPlan.Sample(0.7, 0.3, 0, 1_000.0 * plan.used()));
        }
        assertThat(trial).isEqualTo(many);
    }
}
