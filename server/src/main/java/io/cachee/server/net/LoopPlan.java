package io.cachee.server.net;

/**
 * Decides how many event loops are used. One loop that finds the requests of many clients each time it looks does more
 * with a CPU than two that are woken for a few each, so more is used only when the loops have no time left while a CPU
 * has, and only for as long as more requests are served with it than without. More is a whole loop where a whole CPU is
 * idle, which gets as many clients as any other, and a helper where a part of one is, which gets a few. What was tried
 * in vain, or did not last, is tried again after twice the time, or when the load has been low in between.
 */
final class LoopPlan {
    private static final double SATURATED = 0.85;
    /** Idle CPUs, on average, with which a whole loop, and with which a helper is worth a trial. */
    private static final double CPU_FOR_LOOP = 0.75;

    private static final double CPU_FOR_HELPER = 0.12;
    /** Idle CPUs beside a helper that has taken what it was given, with which a whole loop in its place is. */
    private static final double CPU_BESIDE_HELPER = 0.25;

    private static final double STARVED = 0.15;
    private static final double SLACK = 0.5;
    /** What a further loop or a helper must add, and what one less may cost. */
    private static final double LOOP_WORTHWHILE = 1.1;

    private static final double HELPER_WORTHWHILE = 1.04;
    private static final double BEARABLE = 0.97;
    /** What is served in one interval varies by a fifth, so means of several are compared. */
    private static final int TICKS_TO_TRY = 8;

    private static final int TICKS_TO_CLOSE = 5;
    private static final int TICKS_TO_MOVE = 2;
    private static final int TICKS_OF_TRIAL = TICKS_TO_MOVE + TICKS_TO_TRY;
    private static final int FIRST_PAUSE = 10;
    private static final int LONGEST_PAUSE = 600;

    /** A helper gets one of so many clients. With more it takes too much from those whom it shares a CPU with. */
    private static final int CLIENTS_FOR_ONE_HELPED = 10;

    /** What was seen in one interval. Shares are of one CPU, means over the whole loops. */
    record Sample(double ranShare, double waitedShare, double idleCpus, double requests) {}

    /** For how many intervals in a row something was so, and what was seen meanwhile. */
    private static final class Streak {
        private int ticks;
        private double requests;
        private double idleCpus;

        void note(boolean holds, Sample sample) {
            if (!holds) {
                end();
                return;
            }
            ticks++;
            requests += sample.requests();
            idleCpus += sample.idleCpus();
        }

        double meanRequests() {
            return requests / ticks;
        }

        double meanIdle() {
            return idleCpus / ticks;
        }

        void end() {
            ticks = 0;
            requests = 0;
            idleCpus = 0;
        }
    }

    private final int highest;
    private final Streak saturated = new Streak();
    private final Streak starved = new Streak();
    private final Streak slack = new Streak();
    private final Streak trial = new Streak();
    /** Two for each whole loop beyond the first, one for a helper. */
    private int level;
    /** What it was before the trial, or -1 when there is none. */
    private int trialFrom = -1;

    private int trialTicks;
    private double before;
    private int restFor;
    private int pause = FIRST_PAUSE;

    LoopPlan(int most) {
        highest = 2 * (most - 1);
    }

    /** How many loops get as many clients as each other. */
    int wholeLoops() {
        return 1 + level / 2;
    }

    /** Whether a further one gets a few. */
    boolean hasHelper() {
        return level % 2 == 1;
    }

    /** How many of so many clients the loop of this number shall serve at most, the helper being the last. */
    int share(int loop, int clients) {
        int helped = hasHelper() && clients > 1 ? Math.ceilDiv(clients, CLIENTS_FOR_ONE_HELPED) : 0;
        return loop < wholeLoops() ? Math.ceilDiv(clients - helped, wholeLoops()) : helped;
    }

    /** Takes note of an interval, and may change what is used in the next. */
    void after(Sample sample) {
        if (trialFrom >= 0) {
            judge(sample);
        } else {
            consider(sample);
        }
    }

    /** The first intervals are for the connections to move. */
    private void judge(Sample sample) {
        trialTicks++;
        trial.note(trialTicks > TICKS_TO_MOVE, sample);
        if (trialTicks < TICKS_OF_TRIAL) {
            return;
        }
        boolean more = level > trialFrom;
        double needed = !more ? BEARABLE : hasHelper() ? HELPER_WORTHWHILE : LOOP_WORTHWHILE;
        boolean keeps = trial.meanRequests() >= before * needed;
        if (!keeps) {
            level = trialFrom;
        }
        if (more && keeps) {
            restFor = FIRST_PAUSE;
        } else {
            pause = Math.min(2 * pause, LONGEST_PAUSE);
            restFor = pause;
        }
        trialFrom = -1;
    }

    private void consider(Sample sample) {
        saturated.note(sample.ranShare() >= SATURATED, sample);
        starved.note(sample.waitedShare() >= STARVED, sample);
        int withoutLast = hasHelper() ? wholeLoops() : Math.max(1, wholeLoops() - 1);
        slack.note(sample.ranShare() * wholeLoops() < SLACK * withoutLast, sample);
        if (slack.ticks >= TICKS_TO_CLOSE) {
            slack.end();
            level = Math.max(0, level - 1);
            pause = FIRST_PAUSE;
            restFor = 0;
        } else if (restFor > 0) {
            restFor--;
        } else if (saturated.ticks >= TICKS_TO_TRY) {
            tryWith(level + stepFor(saturated.meanIdle()), saturated.meanRequests());
        } else if (starved.ticks >= TICKS_TO_CLOSE) {
            tryWith(level - 1, starved.meanRequests());
        }
    }

    private int stepFor(double idleCpus) {
        if (hasHelper()) {
            return idleCpus >= CPU_BESIDE_HELPER ? 1 : 0;
        }
        return idleCpus >= CPU_FOR_LOOP ? 2 : idleCpus >= CPU_FOR_HELPER ? 1 : 0;
    }

    private void tryWith(int other, double served) {
        saturated.end();
        starved.end();
        if (other != level && other >= 0 && other <= highest) {
            trialFrom = level;
            level = other;
            trialTicks = 0;
            before = served;
            trial.end();
        }
    }
}
