package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class LoopPlanTest {
    private static final int MOST = 4;
    private static final double HELPER = 0.1;

    private final LoopPlan plan = new LoopPlan(MOST);

    /** Loops without a moment's rest, served requests depending on what is used. */
    private void saturated(int ticks, double idleCpus, DoubleSupplier requests) {
        for (int i = 0; i < ticks; i++) {
            plan.after(new LoopPlan.Sample(1, 0, idleCpus, requests.getAsDouble()));
        }
    }

    private double used() {
        return plan.wholeLoops() + (plan.hasHelper() ? HELPER : 0);
    }

    private double perLoop() {
        return 1_000 * used();
    }

    @Test
    void beginsWithOneLoop() {
        assertThat(used()).isEqualTo(1);
    }

    @Test
    void usesFurtherLoopsWhereTheyHelpAndNoMoreThanThereAre() {
        saturated(300, 2, this::perLoop);
        assertThat(used()).isEqualTo(MOST);
    }

    @Test
    void usesAHelperWhereAPartOfACpuIsIdle() {
        saturated(10, 0.3, this::perLoop);
        assertThat(used()).isEqualTo(1 + HELPER);
    }

    @Test
    void usesNoMoreThanAHelperWhenThatHasTakenWhatWasIdle() {
        saturated(20, 0.3, this::perLoop);
        saturated(500, 0.2, this::perLoop);
        assertThat(used()).isEqualTo(1 + HELPER);
    }

    @Test
    void makesALoopOfAHelperThatLeavesCpuIdle() {
        saturated(100, 0.3, this::perLoop);
        assertThat(used()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void lastLoopHasNoHelper() {
        LoopPlan alone = new LoopPlan(1);
        for (int i = 0; i < 300; i++) {
            alone.after(new LoopPlan.Sample(1, 0, 2, 1_000));
        }
        assertThat(alone.wholeLoops()).isEqualTo(1);
        assertThat(alone.hasHelper()).isFalse();
    }

    @Test
    void helperThatAddsNothingIsGivenUp() {
        int helped = 0;
        for (int i = 0; i < 1_000; i++) {
            plan.after(new LoopPlan.Sample(1, 0, 0.3, 1_000));
            helped += plan.hasHelper() ? 1 : 0;
        }
        assertThat(used()).isEqualTo(1);
        assertThat(helped).isBetween(10, 100);
    }

    @Test
    void momentsWithoutAnIdleCpuDoNotHideThatOneIsIdleOnAverage() {
        int[] tick = new int[1];
        for (int i = 0; i < 12; i++) {
            plan.after(new LoopPlan.Sample(1, 0, tick[0]++ % 2 == 0 ? 0 : 0.5, perLoop()));
        }
        assertThat(used()).isEqualTo(1 + HELPER);
    }

    @Test
    void staysWithOneLoopWhileNoCpuIsIdle() {
        saturated(200, 0.1, this::perLoop);
        assertThat(used()).isEqualTo(1);
    }

    @Test
    void staysWithOneLoopThatHasTimeLeft() {
        for (int i = 0; i < 200; i++) {
            plan.after(new LoopPlan.Sample(0.6, 0, 2, 1_000));
        }
        assertThat(used()).isEqualTo(1);
    }

    @Test
    void sharesClientsAmongLoopsAndGivesAHelperATenth() {
        assertThat(plan.share(0, 50)).isEqualTo(50);
        saturated(10, 0.3, this::perLoop);
        assertThat(plan.share(0, 50)).isEqualTo(45);
        assertThat(plan.share(1, 50)).isEqualTo(5);
        assertThat(plan.share(0, 3)).isEqualTo(2);
        assertThat(plan.share(1, 3)).isEqualTo(1);
        assertThat(plan.share(0, 1)).isEqualTo(1);
        assertThat(plan.share(0, 0)).isZero();
    }

    @Test
    void sharesClientsEvenlyAmongWholeLoops() {
        saturated(10, 2, this::perLoop);
        assertThat(used()).isEqualTo(2);
        assertThat(plan.share(0, 51)).isEqualTo(26);
        assertThat(plan.share(1, 51)).isEqualTo(26);
    }

    /** How often more was tried in each half of a thousand intervals. */
    private int[] triesOfMore(Supplier<LoopPlan.Sample> samples) {
        int[] tries = new int[2];
        for (int i = 0; i < 1_000; i++) {
            double before = used();
            plan.after(samples.get());
            tries[i / 500] += used() > before ? 1 : 0;
        }
        return tries;
    }

    @Test
    void givesUpALoopThatServesNoMoreAndTriesAgainLessAndLessOften() {
        int[] tries = triesOfMore(() -> new LoopPlan.Sample(1, 0, 2, 1_000));
        assertThat(tries[0]).isBetween(2, 10);
        assertThat(tries[1]).isLessThan(tries[0]);
    }

    @Test
    void closesALoopWhoseWorkOneLessCanDo() {
        saturated(20, 2, this::perLoop);
        assertThat(used()).isGreaterThan(1);
        for (int i = 0; i < 100; i++) {
            plan.after(new LoopPlan.Sample(0.1, 0, 2, 100));
        }
        assertThat(used()).isEqualTo(1);
    }

    @Test
    void sendsAHelperHomeWhenLittleIsAskedFor() {
        saturated(10, 0.3, this::perLoop);
        assertThat(plan.hasHelper()).isTrue();
        for (int i = 0; i < 30; i++) {
            plan.after(new LoopPlan.Sample(0.3, 0, 1, 100));
        }
        assertThat(used()).isEqualTo(1);
    }

    @Test
    void triesWithFewerWhenLoopsStandInEachOthersWay() {
        saturated(30, 2, this::perLoop);
        double many = used();
        for (int i = 0; i < 100; i++) {
            plan.after(new LoopPlan.Sample(0.7, 0.3, 0, 4_000 / used()));
        }
        assertThat(used()).isLessThan(many);
    }

    @Test
    void triesLessOftenWhatDidNotLast() {
        int[] openFor = new int[1];
        int[] tries = triesOfMore(() -> {
            boolean one = used() == 1;
            openFor[0] = one ? 0 : openFor[0] + 1;
            LoopPlan.Sample seemsToHelp = new LoopPlan.Sample(1, 0, 0, 1_200);
            LoopPlan.Sample standsInTheWay = new LoopPlan.Sample(0.7, 0.3, 0, 1_000);
            return one ? new LoopPlan.Sample(1, 0, 2, 1_000) : openFor[0] < 15 ? seemsToHelp : standsInTheWay;
        });
        assertThat(tries[0]).isBetween(2, 10);
        assertThat(tries[1]).isLessThan(tries[0]);
    }

    @Test
    void triesAgainAtOnceWhenTheLoadHasBeenLow() {
        saturated(500, 2, () -> 1_000);
        assertThat(used()).isEqualTo(1);
        for (int i = 0; i < 10; i++) {
            plan.after(new LoopPlan.Sample(0.1, 0, 2, 100));
        }
        saturated(10, 2, this::perLoop);
        assertThat(used()).isGreaterThan(1);
    }

    @Test
    void judgesByMeansNotByTheBestMoment() {
        int[] tick = new int[1];
        saturated(500, 2, () -> tick[0]++ % 2 == 0 ? 800 : 1_200);
        assertThat(used()).isEqualTo(1);
    }

    @Test
    void returnsToMoreWhenFewerServeLess() {
        saturated(60, 2, this::perLoop);
        double many = used();
        boolean fewer = false;
        for (int i = 0; i < 200; i++) {
            plan.after(new LoopPlan.Sample(0.7, 0.3, 0, perLoop()));
            fewer |= used() < many;
        }
        assertThat(fewer).isTrue();
        for (int i = 0; used() < many && i < 15; i++) {
            plan.after(new LoopPlan.Sample(0.7, 0.3, 0, perLoop()));
        }
        assertThat(used()).isEqualTo(many);
    }
}
