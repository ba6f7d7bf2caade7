package io.cachee.server.engine;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Lets one message a second pass, and adds to it how many were left out before. */
public final class LogLimit {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier clock;
    private final Consumer<String> log;
    private long lastLogged;
    private long suppressed;

    public LogLimit(LongSupplier clock, Consumer<String> log) {
        this.clock = clock;
        this.log = log;
        this.lastLogged = clock.getAsLong() - EVERY_NANOS;
    }

    public synchronized void log(String message) {
        long now = clock.getAsLong();
        if (now - lastLogged < EVERY_NANOS) {
            suppressed++;
            return;
        }
        String more = suppressed == 0 ? "" : " (and " + suppressed + " more messages left out)";
        suppressed = 0;
        lastLogged = now;
        log.accept(message + more);
    }
}
