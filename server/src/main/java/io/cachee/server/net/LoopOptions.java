package io.cachee.server.net;

/**
 * The event loops.
 *
 * @param count how many there are
 * @param adaptive whether only as many are used as the load justifies
 * @param busyPollMicros for how long a loop looks for work before it sleeps; 0 for not at all
 * @param polling how they learn what their sockets have
 */
public record LoopOptions(int count, boolean adaptive, int busyPollMicros, Polling polling) {
    /** This many, all used, which sleep when there is no work. */
    public static LoopOptions fixed(int count, Polling polling) {
        return new LoopOptions(count, false, 0, polling);
    }
}
