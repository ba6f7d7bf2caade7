package io.cachee.l2;

import java.util.random.RandomGenerator;

/** How long to wait before trying again: anything up to a bound that doubles, so that many do not come at once. */
final class Backoff {
    private static final int DOUBLINGS_MAX = 20;

    private final long firstMillis;
    private final long lastMillis;
    private final RandomGenerator random;
    private int failures;

    Backoff(long firstMillis, long lastMillis, RandomGenerator random) {
        this.firstMillis = firstMillis;
        this.lastMillis = lastMillis;
        this.random = random;
    }

    long nextMillis() {
        long most = Math.min(lastMillis, firstMillis << Math.min(failures, DOUBLINGS_MAX));
        failures++;
        return random.nextLong(most + 1);
    }

    void succeeded() {
        failures = 0;
    }
}
