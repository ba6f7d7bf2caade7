package io.cachee.server.engine;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The connected clients. */
public final class Clients {
    private final Map<Long, Session> byId = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();

    long nextId() {
        return lastId.incrementAndGet();
    }

    void add(Session session) {
        byId.put(session.id, session);
    }

    void remove(Session session) {
        byId.remove(session.id);
    }

    @Nullable
    public Session byId(long id) {
        return byId.get(id);
    }

    public Collection<Session> all() {
        return byId.values();
    }

    /** Applies the current rules of all users to their clients. */
    public void judgeAgain() {
        for (Session session : byId.values()) {
            session.link.execute(session::judgeAgain);
        }
    }

    public int count() {
        return byId.size();
    }
}
