package io.cachee.server.engine;

import java.util.List;

/**
 * What a client asked of CLIENT TRACKING. Immutable but for the word given by CLIENT CACHING, which belongs to the
 * client's event loop.
 *
 * @param on whether it tracks at all
 * @param broadcast whether it hears of every change under its prefixes, whatever it has read
 * @param prefixes of keys; with none, all keys, when it is {@code broadcast}
 * @param optIn whether only reads after CLIENT CACHING YES are remembered
 * @param optOut whether reads after CLIENT CACHING NO are not
 * @param noLoop whether it hears nothing of its own changes
 * @param redirect the id of the client that is told instead, or 0
 */
public record Tracking(
        boolean on,
        boolean broadcast,
        List<byte[]> prefixes,
        boolean optIn,
        boolean optOut,
        boolean noLoop,
        long redirect) {
    static final Tracking OFF = new Tracking(false, false, List.of(), false, false, false, 0);

    boolean covers(byte[] key) {
        if (prefixes.isEmpty()) {
            return true;
        }
        for (byte[] prefix : prefixes) {
            if (startsWith(key, prefix)) {
                return true;
            }
        }
        return false;
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && java.util.Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
