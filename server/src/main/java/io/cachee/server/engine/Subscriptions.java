package io.cachee.server.engine;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The channels and patterns that a client is subscribed to. Its event loop changes them, any thread may read them. */
public final class Subscriptions {
    private final Set<Bytes> channels = ConcurrentHashMap.newKeySet();
    private final Map<Bytes, Glob> patterns = new ConcurrentHashMap<>();

    public Set<Bytes> channels() {
        return channels;
    }

    public Map<Bytes, Glob> patterns() {
        return patterns;
    }

    public int count() {
        return channels.size() + patterns.size();
    }
}
