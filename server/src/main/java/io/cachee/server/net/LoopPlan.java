package io.cachee.server.net;

/**
 * Decides how many event loops are used.
 *
 * <p>One loop that finds the requests of many clients at each turn does more with a CPU than two that are woken for a
 * few each. So another loop is tried only when the loops are saturated while a CPU is idle, and it is kept only if more
 * requests are served with it than without. Where a whole CPU is idle, a whole loop is added, which gets as many
 * clients as every other. Where only a part of a CPU is idle, a helper is added, which gets a few clients. After a
 * trial that failed, the next one waits twice as long, unless the load has been low in between.
 */
final class LoopPlan {
    private static final double SATURATED = 0.85;
    /** How many CPUs have to be idle, on average, to try a whole loop. */
    private static final double CPU_FOR_LOOP = 0.75;
    /** The same, to try a helper. */
    private static final double CPU_FOR_HELPER = 0.12;
    /** The same, to replace a helper that is busy by a whole loop. */
    private static final double CPU_BESIDE_HELPER = 0.25;

    private static final double STARVED = 0.15;
    private static final double SLACK = 0.5;
    /** By how much a further loop has to raise the rate of requests. */
    private static final double LOOP_WORTHWHILE = 1.1;
    /** The same for a helper. */
    private static final double HELPER_WORTHWHILE = 1.04;
    /** How far one less may lower it. */
    private static final double BEARABLE = 0.97;

    /** The rate varies by a fifth from one interval to the next, so means over several are compared. */
    private static final int TICKS_TO_TRY = 8;

    private static final int TICKS_TO_CLOSE = 5;
    private static final int TICKS_TO_MOVE = 2;
    private static final int TICKS_OF_TRIAL = TICKS_TO_MOVE + TICKS_TO_TRY;
    private static final int FIRST_PAUSE = 10;
    private static final int LONGEST_PAUSE = 600;

    /** A helper gets one client of this many. With more it would take too much from the threads on the same CPU. */
    private static final int CLIENTS_FOR_ONE_HELPED = 10;

    /** What was measured in one interval. The shares are of one CPU, averaged over the whole loops. */
    record Sample(double ranShare, double waitedShare, double idleCpus, double requests) {}

    /** For how many intervals in a row a condition held, and what was measured meanwhile. */
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
    /** Two for each whole loop beyond the first, plus one for a helper. */
    private int level;
    /** The level before the trial; -1 while there is no trial. */
    private int trialFrom = -1;

    private int trialTicks;
    private double before;
    private int restFor;
    private int pause = FIRST_PAUSE;

    LoopPlan(int mostLoops) {
        highest = 2 * (mostLoops - 1);
    }

    /** How many loops share the clients evenly. */
    int wholeLoops() {
        return 1 + level / 2;
    }

    /** Whether one more loop gets a few clients. */
    boolean hasHelper() {
        return level % 2 == 1;
    }

    /** How many of all clients a loop serves at most. The helper is the last loop. */
    int share(int loop, int clients) {
        int helped = hasHelper() && clients > 1 ? Math.ceilDiv(clients, CLIENTS_FOR_ONE_HELPED) : 0;
        return loop < wholeLoops() ? Math.ceilDiv(clients - helped, wholeLoops()) : helped;
    }

    /** Learns from an interval, and may change what is used in the next. */
    void after(Sample sample) {
        if (trialFrom >= 0) {
            judge(sample);
        } else {
            consider(sample);
        }
    }

    /** Ends the trial when it has lasted long enough. The first intervals do not count: connections still move. */
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
