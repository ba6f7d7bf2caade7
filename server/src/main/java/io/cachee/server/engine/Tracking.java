package io.cachee.server.engine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client has set with CLIENT TRACKING.
 *
 * @param on whether tracking is on
 * @param broadcast whether the client is notified of every change under its prefixes, whatever it has read
 * @param prefixes the prefixes for {@code broadcast}; an empty list stands for all keys
 * @param optIn whether only reads after CLIENT CACHING YES are remembered
 * @param optOut whether reads after CLIENT CACHING NO are not remembered
 * @param noLoop whether the client is not notified of its own changes
 * @param redirect the id of the client that is notified in place of this one; 0 for none
 */
public record Tracking(
        boolean on,
        boolean broadcast,
        List<byte[]> prefixes,
        boolean optIn,
        boolean optOut,
        boolean noLoop,
        long redirect) {
    /** The memory of a prefix in addition to its bytes. */
    private static final int PREFIX_BYTES = 32;

    private static final byte[] ALL = {};
    static final Tracking OFF = new Tracking(false, false, List.of(), false, false, false, 0);

    /** The approximate memory of the prefixes. */
    long bytes() {
        long bytes = 0;
        for (byte[] prefix : prefixes) {
            bytes += (long) prefix.length + PREFIX_BYTES;
        }
        return bytes;
    }

    /** The prefix under which the client is notified of a key; null if it is not. */
    byte @Nullable [] prefixOf(byte[] key) {
        if (prefixes.isEmpty()) {
            return ALL;
        }
        for (byte[] prefix : prefixes) {
            if (startsWith(key, prefix)) {
                return prefix;
            }
        }
        return null;
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
