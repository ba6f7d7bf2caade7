package io.cachee.server.net;

/**
 * Decides how many event loops are used. One loop that finds the requests of many clients each time it looks does more
 * with a CPU than two that are woken for a few each, so a further one is used only when those in use have no time left
 * while a CPU has, and only for as long as more requests are served with it than without. What was tried in vain is
 * tried again after twice the time.
 */
final class LoopPlan {
    private static final double SATURATED = 0.85;
    private static final double CPU_TO_SPARE = 0.25;
    private static final double STARVED = 0.15;
    private static final double SLACK = 0.5;
    /** What a further loop must add, and what one loop less may cost. */
    private static final double WORTHWHILE = 1.1;

    private static final double BEARABLE = 0.97;
    private static final int TICKS_TO_OPEN = 2;
    private static final int TICKS_TO_CLOSE = 5;
    private static final int TICKS_OF_TRIAL = 5;
    private static final int FIRST_PAUSE = 10;
    private static final int LONGEST_PAUSE = 600;

    /** What was seen in one interval. Shares are of one CPU, means over the loops in use. */
    record Sample(double ranShare, double waitedShare, double idleCpus, double requests) {}

    private final int most;
    private int used = 1;
    private int saturatedFor;
    private int starvedFor;
    private int slackFor;
    private int trialTicks;
    private int trialFrom;
    private double before;
    private double during;
    private int restFor;
    private int pause = FIRST_PAUSE;
    private double lately;

    LoopPlan(int most) {
        this.most = most;
    }

    int used() {
        return used;
    }

    /** Takes note of an interval; how many loops shall be used in the next. */
    int after(Sample sample) {
        if (trialTicks > 0) {
            judge(sample);
        } else {
            consider(sample);
        }
        lately = sample.requests();
        return used;
    }

    /** The first half of a trial is for the connections to move. */
    private void judge(Sample sample) {
        trialTicks--;
        if (trialTicks < TICKS_OF_TRIAL / 2) {
            during = Math.max(during, sample.requests());
        }
        if (trialTicks > 0) {
            return;
        }
        boolean keeps = used > trialFrom ? during >= before * WORTHWHILE : during >= before * BEARABLE;
        if (keeps) {
            pause = FIRST_PAUSE;
        } else {
            used = trialFrom;
            pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
        restFor = pause;
    }

    private void consider(Sample sample) {
        saturatedFor = sample.ranShare() >= SATURATED && sample.idleCpus() >= CPU_TO_SPARE ? saturatedFor + 1 : 0;
        starvedFor = sample.waitedShare() >= STARVED ? starvedFor + 1 : 0;
        slackFor = used > 1 && sample.ranShare() * used < SLACK * (used - 1) ? slackFor + 1 : 0;
        if (slackFor >= TICKS_TO_CLOSE) {
            slackFor = 0;
            used--;
        } else if (restFor > 0) {
            restFor--;
        } else if (saturatedFor >= TICKS_TO_OPEN && used < most) {
            tryWith(used + 1, sample);
        } else if (starvedFor >= TICKS_TO_CLOSE && used > 1) {
            tryWith(used - 1, sample);
        }
    }

    private void tryWith(int loops, Sample sample) {
        trialFrom = used;
        used = loops;
        trialTicks = TICKS_OF_TRIAL;
        before = (lately + sample.requests()) / 2;
        during = 0;
        saturatedFor = 0;
        starvedFor = 0;
    }
}
