package io.cachee.l2;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A node's circuit breaker. It opens after too many failures in a row. While it is open, nothing is sent but probes, at
 * random times that are further apart each time. The first success closes it.
 */
@EventLoopConfined
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
            // A request sent before it opened.
            return;
        }
        failures++;
        if (open || failures >= mostFailures) {
            open = true;
            probing = false;
            probeAt = clock.getAsLong() + pauseNanos();
        }
    }

    /** At least half of the longest pause, so that the node gets a rest. */
    private long pauseNanos() {
        long longest = Math.min(lastPauseNanos, firstPauseNanos << Math.min(pauses, DOUBLINGS_MAX));
        pauses++;
        return longest / 2 + random.nextLong(longest / 2 + 1);
    }

    /** The time until the next probe is due; 0 if it is. */
    long untilProbeNanos() {
        return Math.max(0, probeAt - clock.getAsLong());
    }

    /** Begins a probe if one is due. After true, the caller must report {@link #succeeded} or {@link #failed}. */
    boolean beginProbe() {
        if (!open || probing || untilProbeNanos() > 0) {
            return false;
        }
        probing = true;
        return true;
    }
}
