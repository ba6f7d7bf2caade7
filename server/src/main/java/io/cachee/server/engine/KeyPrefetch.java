package io.cachee.server.engine;

import io.cachee.resp.Request;
import io.cachee.resp.RequestsAhead;
import io.cachee.store.KeyBatch;
import io.cachee.store.Store;

/**
 * The keys of requests that have arrived together and were not run yet: the store has their entries brought in at once,
 * where running one request after the other would wait for the memory of each.
 */
final class KeyPrefetch {
    private static final byte[] NOTHING = {};

    private final KeyBatch keys = new KeyBatch();

    /** Brings in what requests are about, if there are several keys. */
    void prefetch(Store store, RequestsAhead requests) {
        if (find(requests).count() > 1) {
            store.prefetch(keys);
        }
        keys.begin(NOTHING);
    }

    /** The first argument of each request, of an MGET all of them, as far as there is room. */
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

    /** SET, SETEX and SETNX, which are most writes. */
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
