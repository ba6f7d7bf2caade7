package io.cachee.server.engine;

import io.cachee.server.config.OutputLimit;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/** Judges whether a client has left too much unread. */
final class OutputLimits {
    private final Tunables tunables;
    /** Since when a client has been over its soft limit. */
    private final Map<Session, Long> over = new WeakHashMap<>();

    OutputLimits(Tunables tunables) {
        this.tunables = tunables;
    }

    boolean exceeds(Session session, long unsentBytes) {
        OutputLimit limit = session.isListening() ? tunables.pubSubOutput : tunables.normalOutput;
        if (unsentBytes > limit.hardBytes()) {
            return true;
        }
        return unsentBytes > limit.softBytes() ? exceedsForLong(session, limit) : false;
    }

    /** A client that has caught up starts anew. */
    synchronized void caughtUp(Session session) {
        over.remove(session);
    }

    private synchronized boolean exceedsForLong(Session session, OutputLimit limit) {
        long now = System.nanoTime();
        long since = over.computeIfAbsent(session, _ -> now);
        return now - since > TimeUnit.SECONDS.toNanos(limit.softSeconds());
    }
}
