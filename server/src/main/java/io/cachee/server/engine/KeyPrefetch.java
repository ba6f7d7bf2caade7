package io.cachee.server.engine;

import io.cachee.resp.Request;
import io.cachee.resp.RequestsAhead;
import io.cachee.store.KeyBatch;
import io.cachee.store.Store;

/**
 * Prefetches the entries of keys in requests that have arrived together, before they run. The processor then loads
 * these entries at the same time; without it, each request would wait for its own.
 */
final class KeyPrefetch {
    private static final byte[] NOTHING = {};

    private final KeyBatch keys = new KeyBatch();

    /** Prefetches the entries that the requests need, if there are several keys. */
    void prefetch(Store store, RequestsAhead requests) {
        if (find(requests).count() > 1) {
            store.prefetch(keys);
        }
        keys.begin(NOTHING);
    }

    /** The first argument of each request, and all arguments of MGET, as far as there is room. */
    KeyBatch find(RequestsAhead requests) {
        keys.begin(NOTHING);
        for (int i = 0; i < requests.count() && !keys.isFull(); i++) {
            Request request = requests.get(i);
            if (i == 0) {
                keys.begin(request.buffer());
            }
            if (isSet(request)) {
                keys.addWritten(request.start(1), request.end(1));
                continue;
            }
            int last = isMget(request) ? request.count() - 1 : Math.min(1, request.count() - 1);
            for (int argument = 1; argument <= last && !keys.isFull(); argument++) {
                keys.add(request.start(argument), request.end(argument));
            }
        }
        return keys;
    }

    /** Whether it is SET, SETEX or SETNX, which most writes are. */
    private static boolean isSet(Request request) {
        byte[] buffer = request.buffer();
        int start = request.start(0);
        return request.count() >= 3
                && request.length(0) >= 3
                && (buffer[start] | ' ') == 's'
                && (buffer[start + 1] | ' ') == 'e'
                && (buffer[start + 2] | ' ') == 't';
    }

    private static boolean isMget(Request request) {
        byte[] buffer = request.buffer();
        int start = request.start(0);
        return request.length(0) == 4 && (buffer[start] | ' ') == 'm' && (buffer[start + 1] | ' ') == 'g';
    }
}
