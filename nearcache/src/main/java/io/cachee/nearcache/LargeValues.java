package io.cachee.nearcache;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keys whose values were too large to be loaded, lately: to load them again would hold everything up that travels over
 * the same connection. Of the link's event loop.
 */
final class LargeValues {
    static final int MOST = 1_000;
    static final long MILLIS = 60_000;

    private final Map<ByteBuffer, Long> until = new LinkedHashMap<>();

    void add(ByteBuffer key, long now) {
        if (until.size() >= MOST) {
            until.remove(until.keySet().iterator().next());
        }
        until.put(key, now + MILLIS);
    }

    boolean has(ByteBuffer key, long now) {
        if (until.isEmpty()) {
            return false;
        }
        Long end = until.get(key);
        if (end != null && end <= now) {
            until.remove(key);
        }
        return end != null && end > now;
    }
}
