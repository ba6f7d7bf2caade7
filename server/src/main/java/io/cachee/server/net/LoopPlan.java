package io.cachee.server.net;

/**
 * Decides how many event loops are used. One loop that finds the requests of many clients each time it looks does more
 * with a CPU than two that are woken for a few each, so a further one is used only when those in use have no time left
 * while a CPU has, and only for as long as more requests are served with it than without. What was tried in vain, or
 * did not last, is tried again after twice the time, or when the load has been low in between.
 */
final class LoopPlan {
    private static final double SATURATED = 0.85;
    private static final double CPU_TO_SPARE = 0.25;
    private static final double STARVED = 0.15;
    private static final double SLACK = 0.5;
    /** What a further loop must add, and what one loop less may cost. */
    private static final double WORTHWHILE = 1.1;

    private static final double BEARABLE = 0.97;
    /** What is served in one interval varies by a fifth, so means of several are compared. */
    private static final int TICKS_TO_TRY = 4;

    private static final int TICKS_TO_CLOSE = 5;
    private static final int TICKS_TO_MOVE = 2;
    private static final int TICKS_OF_TRIAL = TICKS_TO_MOVE + 4;
    private static final int FIRST_PAUSE = 10;
    private static final int LONGEST_PAUSE = 600;

    /** What was seen in one interval. Shares are of one CPU, means over the loops in use. */
    record Sample(double ranShare, double waitedShare, double idleCpus, double requests) {}

    /** For how many intervals in a row something was so, and what was served meanwhile. */
    private static final class Streak {
        private int ticks;
        private double requests;

        void note(boolean holds, Sample sample) {
            ticks = holds ? ticks + 1 : 0;
            requests = holds ? requests + sample.requests() : 0;
        }

        double mean() {
            return requests / ticks;
        }

        void end() {
            ticks = 0;
            requests = 0;
        }
    }

    private final int most;
    private final Streak saturated = new Streak();
    private final Streak starved = new Streak();
    private final Streak slack = new Streak();
    private final Streak trial = new Streak();
    private int used = 1;
    /** How many were used before the trial, or 0. */
    private int trialFrom;

    private int trialTicks;
    private double before;
    private int restFor;
    private int pause = FIRST_PAUSE;

    LoopPlan(int most) {
        this.most = most;
    }

    int used() {
        return used;
    }

    /** Takes note of an interval; how many loops shall be used in the next. */
    int after(Sample sample) {
        if (trialFrom > 0) {
            judge(sample);
        } else {
            consider(sample);
        }
        return used;
    }

    /** The first intervals are for the connections to move. */
    private void judge(Sample sample) {
        trialTicks++;
        trial.note(trialTicks > TICKS_TO_MOVE, sample);
        if (trialTicks < TICKS_OF_TRIAL) {
            return;
        }
        boolean more = used > trialFrom;
        boolean keeps = trial.mean() >= before * (more ? WORTHWHILE : BEARABLE);
        if (!keeps) {
            used = trialFrom;
        }
        if (more && keeps) {
            restFor = FIRST_PAUSE;
        } else {
            pause = Math.min(2 * pause, LONGEST_PAUSE);
            restFor = pause;
        }
        trialFrom = 0;
    }

    private void consider(Sample sample) {
        saturated.note(sample.ranShare() >= SATURATED && sample.idleCpus() >= CPU_TO_SPARE, sample);
        starved.note(sample.waitedShare() >= STARVED, sample);
        slack.note(sample.ranShare() * used < SLACK * Math.max(1, used - 1), sample);
        if (slack.ticks >= TICKS_TO_CLOSE) {
            slack.end();
            used = Math.max(1, used - 1);
            pause = FIRST_PAUSE;
            restFor = 0;
        } else if (restFor > 0) {
            restFor--;
        } else if (saturated.ticks >= TICKS_TO_TRY && used < most) {
            tryWith(used + 1, saturated.mean());
        } else if (starved.ticks >= TICKS_TO_CLOSE && used > 1) {
            tryWith(used - 1, starved.mean());
        }
    }

    private void tryWith(int loops, double served) {
        trialFrom = used;
        used = loops;
        trialTicks = 0;
        before = served;
        trial.end();
        saturated.end();
        starved.end();
    }
}
