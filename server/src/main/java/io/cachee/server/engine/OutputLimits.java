package io.cachee.server.engine;

import io.cachee.server.config.OutputLimit;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/** Tells whether a client has left too much unread. */
final class OutputLimits {
    private final Tunables tunables;
    /** Since when clients have been over their soft limits. */
    private final Map<Session, Long> over = new WeakHashMap<>();

    private volatile boolean isAnyOver;

    OutputLimits(Tunables tunables) {
        this.tunables = tunables;
    }

    boolean exceeds(Session session, long unsentBytes) {
        OutputLimit limit = session.isListening() ? tunables.pubSubOutput : tunables.normalOutput;
        if (unsentBytes > limit.hardBytes()) {
            return true;
        }
        if (unsentBytes > limit.softBytes()) {
            return exceedsForLong(session, limit);
        }
        forget(session);
        return false;
    }

    /** Forgets since when a client has been over its soft limit. */
    void forget(Session session) {
        if (isAnyOver) {
            remove(session);
        }
    }

    private synchronized void remove(Session session) {
        over.remove(session);
        isAnyOver = !over.isEmpty();
    }

    private synchronized boolean exceedsForLong(Session session, OutputLimit limit) {
        long now = System.nanoTime();
        long since = over.computeIfAbsent(session, _ -> now);
        isAnyOver = true;
        return now - since > TimeUnit.SECONDS.toNanos(limit.softSeconds());
    }
}
