package io.cachee.server.command;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** CLIENT PAUSE: for a while, clients' commands, or their writes alone, have to wait. */
final class Pause {
    private volatile boolean on;
    private volatile boolean writesOnly;
    private volatile long endNanos;

    boolean isOn() {
        if (on && System.nanoTime() - endNanos >= 0) {
            on = false;
        }
        return on;
    }

    synchronized void start(long millis, boolean onlyWrites) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (!isOn() || end - endNanos > 0) {
            endNanos = end;
        }
        writesOnly = on ? writesOnly && onlyWrites : onlyWrites;
        on = true;
    }

    synchronized void stop() {
        on = false;
    }

    /** Whether this command has to wait. */
    boolean holds(Session session, @Nullable Command command) {
        if (command == null || command.name.equals("client")) {
            return false;
        }
        if (!writesOnly) {
            return true;
        }
        Transaction open = session.transaction;
        if (open == null || !open.open) {
            return command.writes || command.name.equals("publish");
        }
        return command.name.equals("exec") && open.queued().stream().anyMatch(q -> q.command().writes);
    }
}
