package io.cachee.nearcache;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers for a minute which keys have values that are too large to load. Loading them again would delay all other
 * replies on the same connection. Confined to the link's event loop.
 */
final class LargeValues {
    private static final int MOST = 1_000;
    private static final long MILLIS = 60_000;

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
