package io.cachee.server.engine;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The channels and patterns that a client is subscribed to. Its event loop changes them, any thread may read them. */
// Only the event loop writes the number of bytes, so no update is lost.
@SuppressWarnings("NonAtomicVolatileUpdate")
public final class Subscriptions {
    /** The memory of a subscription in addition to its name, here and in {@link PubSub}. */
    private static final int SUBSCRIPTION_BYTES = 256;

    private final Set<Bytes> channels = ConcurrentHashMap.newKeySet();
    private final Map<Bytes, Glob> patterns = new ConcurrentHashMap<>();
    private volatile long bytes;

    public Set<Bytes> channels() {
        return Collections.unmodifiableSet(channels);
    }

    public Map<Bytes, Glob> patterns() {
        return Collections.unmodifiableMap(patterns);
    }

    boolean add(Bytes channel) {
        return count(channels.add(channel), bytesOf(channel));
    }

    boolean remove(Bytes channel) {
        return count(channels.remove(channel), -bytesOf(channel));
    }

    boolean addPattern(Bytes pattern) {
        return count(patterns.put(pattern, new Glob(pattern.value())) == null, bytesOf(pattern));
    }

    boolean removePattern(Bytes pattern) {
        return count(patterns.remove(pattern) != null, -bytesOf(pattern));
    }

    private boolean count(boolean isChange, long difference) {
        bytes += isChange ? difference : 0;
        return isChange;
    }

    private static long bytesOf(Bytes name) {
        return (long) name.value().length + SUBSCRIPTION_BYTES;
    }

    /** The approximate memory that they take. */
    long bytes() {
        return bytes;
    }

    public int count() {
        return channels.size() + patterns.size();
    }
}
