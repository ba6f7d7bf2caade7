package io.cachee.server.net;

/**
 * Decides whether a loop may look for more work before it sleeps. For one or two clients it may where a CPU is idle,
 * since they wait for each reply. With more a request is mostly on its way, and to look for it costs more than to
 * sleep, until the loop is so busy that hardly anything is left to look in: then every few requests a client pays for
 * waking the loop, and the loop for waking up. No CPU is idle any more while it looks, so it is told by its own waiting
 * for one that somebody else wants it.
 */
final class BusyPoll {
    private static final int FEW_CLIENTS = 2;
    private static final double CPU_FOR_FEW = 0.3;
    private static final double CPU_FOR_MANY = 0.1;
    /** Shares of the loop's time, to begin and to go on: what it need not be woken for any more it does not work. */
    private static final double BUSY = 0.7;

    private static final double STILL_BUSY = 0.5;
    private static final double STARVED = 0.15;

    private boolean busy;

    /** Takes note of an interval: how long the loop worked and how long it waited for a CPU, as shares of it. */
    boolean after(double ranShare, double waitedShare, double idleCpus, int clients) {
        boolean enough = busy ? ranShare >= STILL_BUSY : ranShare >= BUSY && idleCpus >= CPU_FOR_MANY;
        busy = enough && waitedShare < STARVED;
        return busy || (clients <= FEW_CLIENTS && idleCpus >= CPU_FOR_FEW);
    }
}
