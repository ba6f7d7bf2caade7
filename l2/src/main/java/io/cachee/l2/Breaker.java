package io.cachee.l2;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Gives a node time that has failed too often in a row. While it is open, nothing is sent but a probe now and then, at
 * moments drawn at random, further apart each time; the first success closes it.
 */
final class Breaker {
    private static final int DOUBLINGS_MAX = 20;

    private final int mostFailures;
    private final long firstPauseNanos;
    private final long lastPauseNanos;
    private final LongSupplier clock;
    private final RandomGenerator random;
    private volatile boolean open;
    private int failures;
    private int pauses;
    private long probeAt;
    private boolean probing;

    Breaker(int mostFailures, long firstPauseNanos, long lastPauseNanos, LongSupplier clock, RandomGenerator random) {
        this.mostFailures = mostFailures;
        this.firstPauseNanos = firstPauseNanos;
        this.lastPauseNanos = lastPauseNanos;
        this.clock = clock;
        this.random = random;
    }

    /** From any thread. */
    boolean isOpen() {
        return open;
    }

    /** Whether a success would change anything. */
    boolean isStrained() {
        return open || failures > 0;
    }

    void succeeded() {
        failures = 0;
        pauses = 0;
        probing = false;
        open = false;
    }

    void failed() {
        if (open && !probing) {
            // What was under way when it opened says nothing new.
            return;
        }
        failures++;
        if (open || failures >= mostFailures) {
            open = true;
            probing = false;
            probeAt = clock.getAsLong() + pauseNanos();
        }
    }

    /** Half the pause at least, so that an open breaker does rest. */
    private long pauseNanos() {
        long longest = Math.min(lastPauseNanos, firstPauseNanos << Math.min(pauses, DOUBLINGS_MAX));
        pauses++;
        return longest / 2 + random.nextLong(longest / 2 + 1);
    }

    /** How long to wait before the next probe; 0 when it is due. */
    long untilProbeNanos() {
        return Math.max(0, probeAt - clock.getAsLong());
    }

    /** Whether a probe may begin now; if so, it has, and its outcome must be told. */
    boolean beginProbe() {
        if (!open || probing || untilProbeNanos() > 0) {
            return false;
        }
        probing = true;
        return true;
    }
}
