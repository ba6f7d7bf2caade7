package io.cachee.server.command;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The channels and patterns that a client listens to. Changed by its event loop, read by all. */
final class Subscriptions {
    private final Set<Bytes> channels = ConcurrentHashMap.newKeySet();
    private final Map<Bytes, Glob> patterns = new ConcurrentHashMap<>();

    Set<Bytes> channels() {
        return channels;
    }

    Map<Bytes, Glob> patterns() {
        return patterns;
    }

    int count() {
        return channels.size() + patterns.size();
    }
}
