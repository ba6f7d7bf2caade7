package io.cachee.server.engine;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds how many wrong passwords are tried in a time, over all connections together: in a pod, all clients come from
 * one address. It is a bucket of tokens. Each attempt takes one, and a right password gives it back, so many clients
 * that connect at once with the right password are not delayed.
 *
 * <p>When the bucket is empty, an attempt waits for the next token, whether its password is right or wrong. If that
 * takes longer than a second, the attempt fails after a second, and nobody looks at the password. So a delay tells
 * nothing about a password, and no one is locked out.
 */
public final class LoginGuard {
    /** What {@link #attempt} returns for an attempt that must fail. */
    public static final long REFUSED = -1;

    public static final long LONGEST_WAIT_MILLIS = 1_000;

    private static final int BURST = 100;
    private static final int EACH_SECOND = 50;
    private static final long NANOS_EACH = TimeUnit.SECONDS.toNanos(1) / EACH_SECOND;

    private final LongSupplier nanoClock;
    /** When the bucket would be full if nobody tried. It is full if that has passed. */
    private long fullAt;

    LoginGuard(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.fullAt = nanoClock.getAsLong();
    }

    /** Takes a token for an attempt. Returns by how many milliseconds to delay the reply, or {@link #REFUSED}. */
    public synchronized long attempt() {
        long now = nanoClock.getAsLong();
        long full = fullAt - now > 0 ? fullAt : now;
        long wait = TimeUnit.NANOSECONDS.toMillis(Math.max(0, full - now - (BURST - 1) * NANOS_EACH));
        if (wait > LONGEST_WAIT_MILLIS) {
            return REFUSED;
        }
        fullAt = full + NANOS_EACH;
        return wait;
    }

    /** Gives the token of an attempt back, because its password was right. */
    public synchronized void wasRight() {
        fullAt -= NANOS_EACH;
    }
}
