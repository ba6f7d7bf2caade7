package io.cachee.server.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Slows down clients that guess passwords. After some failures from one source, the reply to the next wrong password is
 * delayed, twice as long with each failure. A right password is accepted at once wherever it comes from, so no one is
 * locked out. The number of sources that are remembered is limited.
 */
public final class LoginGuard {
    private static final int FREE_FAILURES = 10;
    private static final int SOURCES = 4_096;
    private static final long LONGEST_MILLIS = 5_000;
    private static final long FORGET_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final class Failures {
        private int failures;
        private long lastFailure;
    }

    private final Map<String, Failures> sources = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > SOURCES;
        }
    };

    /** Notes a failure. Returns by how many milliseconds to delay the reply. */
    public synchronized long failed(String source) {
        long now = System.nanoTime();
        Failures known = sources.computeIfAbsent(source, _ -> new Failures());
        if (now - known.lastFailure > FORGET_NANOS) {
            known.failures = 0;
        }
        known.lastFailure = now;
        known.failures++;
        int over = known.failures - FREE_FAILURES;
        return over <= 0 ? 0 : Math.min(LONGEST_MILLIS, 10L << Math.min(over, 10));
    }
}
