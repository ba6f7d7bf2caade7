package io.cachee.server.net;

/**
 * Decides whether a loop may poll for work before it sleeps.
 *
 * <p>With one or two clients it may while a CPU is idle, because they wait for each reply. With more clients, polling
 * costs more than sleeping, since the next request usually comes soon. This changes when the loop is so busy that
 * little time is left to poll in: otherwise a client would pay for waking the loop every few requests, and the loop for
 * waking up. While a loop polls, no CPU looks idle. That another thread wants the CPU then shows in the loop's own
 * waiting for one.
 */
final class BusyPoll {
    private static final int FEW_CLIENTS = 2;
    private static final double CPU_FOR_FEW = 0.3;
    private static final double CPU_FOR_MANY = 0.1;
    /** The share of its time that a loop has to work before it polls. */
    private static final double BUSY = 0.7;

    /** The same, to go on polling. It is less, because a loop that polls is woken less and so works less. */
    private static final double STILL_BUSY = 0.5;

    private static final double STARVED = 0.15;

    private boolean busy;

    /**
     * Decides for the next interval.
     *
     * @param ranShare the share of the last interval in which the loop worked
     * @param waitedShare the share in which it waited for a CPU
     */
    boolean after(double ranShare, double waitedShare, double idleCpus, int clients) {
        boolean enough = busy ? ranShare >= STILL_BUSY : ranShare >= BUSY && idleCpus >= CPU_FOR_MANY;
        busy = enough && waitedShare < STARVED;
        return busy || (clients <= FEW_CLIENTS && idleCpus >= CPU_FOR_FEW);
    }
}
