package io.cachee.server.engine;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The channels and patterns that a client listens to. Changed by its event loop, read by all. */
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
