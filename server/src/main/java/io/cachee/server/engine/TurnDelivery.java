package io.cachee.server.engine;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The clients whose mailboxes are delivered when one turn of an event loop ends, so that what the turn causes reaches a
 * client together. Confined to that event loop.
 */
public final class TurnDelivery {
    private final Set<Session> waiting = new LinkedHashSet<>();

    public boolean isEmpty() {
        return waiting.isEmpty();
    }

    void add(Session session) {
        waiting.add(session);
    }

    /** The turn ends. */
    public void deliver() {
        if (!waiting.isEmpty()) {
            waiting.forEach(Session::wake);
            waiting.clear();
        }
    }
}
