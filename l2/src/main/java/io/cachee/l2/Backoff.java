package io.cachee.l2;

import java.util.random.RandomGenerator;

/** The pauses between attempts: random, up to a limit that doubles, so that many clients do not retry at once. */
@EventLoopConfined
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
