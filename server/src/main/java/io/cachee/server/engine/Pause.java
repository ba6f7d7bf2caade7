package io.cachee.server.engine;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * CLIENT PAUSE: for some time, all commands of clients have to wait, or only their writes. Connections with a waiting
 * request are notified if the pause is stopped early; they know beforehand when it ends by itself. Any thread may call.
 */
public final class Pause {
    /** The connections with a waiting request. */
    private final Set<Link> waiting = new HashSet<>();

    private volatile boolean on;
    private volatile boolean writesOnly;
    private volatile long endNanos;

    boolean isOn() {
        if (on && System.nanoTime() - endNanos >= 0) {
            on = false;
        }
        return on;
    }

    public synchronized void start(long millis, boolean onlyWrites) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (!isOn() || end - endNanos > 0) {
            endNanos = end;
        }
        writesOnly = on ? writesOnly && onlyWrites : onlyWrites;
        on = true;
    }

    public synchronized void stop() {
        on = false;
        waiting.forEach(Link::pauseStopped);
        waiting.clear();
    }

    /** Notifies the connection if the pause is stopped. Returns how many nanoseconds it lasts; 0 if it is over. */
    synchronized long await(Link link) {
        if (!isOn()) {
            return 0;
        }
        waiting.add(link);
        return Math.max(1, endNanos - System.nanoTime());
    }

    /** Stops notifying a connection. */
    synchronized void forget(Link link) {
        waiting.remove(link);
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** Whether the pause, which is on, makes a command of this client wait. */
    boolean holds(Session session, @Nullable Command command) {
        if (command == null || command.is(Trait.UNPAUSED)) {
            return false;
        }
        if (!writesOnly) {
            return true;
        }
        Transaction open = session.transaction;
        if (open == null || !open.open) {
            return command.writes || command.is(Trait.PAUSED_AS_WRITE);
        }
        return command.role == Role.RUNS_TRANSACTION && open.queued().stream().anyMatch(q -> q.command().writes);
    }
}
