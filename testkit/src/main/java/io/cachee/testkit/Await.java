package io.cachee.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Waits until a condition holds, and fails if that takes far too long. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Semaphore NEVER = new Semaphore(0);

    private Await() {}

    public static void until(String what, Callable<Boolean> holds) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!holds.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited " + LIMIT.toSeconds() + " s in vain until " + what);
            }
            boolean taken = NEVER.tryAcquire(1, TimeUnit.MILLISECONDS);
            if (taken) {
                throw new AssertionError("there is no permit");
            }
        }
    }
}
