package io.cachee.server.command;

import io.cachee.store.KeyBatch;
import io.cachee.store.Store;

/**
 * The keys of requests that have arrived together and were not run yet: the store has their entries brought in at once,
 * where running one request after the other would wait for the memory of each. Looks only at requests that are complete
 * and plainly made; the decoder says what is wrong with others, when their turn comes.
 */
final class KeysAhead {
    /** Of a request that may be looked through to its end; of one with more only the first key counts. */
    private static final int MOST_ARGUMENTS = 16;

    private static final int MOST_DIGITS = 8;
    private static final byte[] NOTHING = {};

    private final KeyBatch keys = new KeyBatch();
    private int number;

    /** Brings in what the requests between two places of a buffer are about, if there are several keys. */
    void bringIn(Store store, byte[] buffer, int from, int limit) {
        find(buffer, from, limit);
        if (keys.count() > 1) {
            store.bringIn(keys);
        }
        keys.begin(NOTHING);
    }

    /** The keys that are known so far, in the order of their requests. */
    KeyBatch find(byte[] buffer, int from, int limit) {
        keys.begin(buffer);
        for (int at = from; at >= 0 && at < limit && !keys.isFull(); ) {
            at = request(buffer, at, limit);
        }
        return keys;
    }

    /** The end of the request that begins at a place, or -1 where nothing more is looked for. */
    private int request(byte[] buffer, int start, int limit) {
        int at = number(buffer, start, limit, '*');
        int arguments = number;
        boolean namesKeysOnly = false;
        for (int i = 0; at >= 0 && i < arguments; i++) {
            if (keys.isFull() || i > MOST_ARGUMENTS && !namesKeysOnly) {
                return -1;
            }
            at = number(buffer, at, limit, '$');
            if (at < 0 || limit - at < number + 2) {
                return -1;
            }
            int end = at + number;
            if (i == 0) {
                namesKeysOnly = isMget(buffer, at, end);
            } else if (i == 1 || namesKeysOnly) {
                keys.add(at, end);
            }
            at = end + 2;
        }
        return at;
    }

    private static boolean isMget(byte[] buffer, int start, int end) {
        return end - start == 4 && (buffer[start] | ' ') == 'm' && (buffer[start + 1] | ' ') == 'g';
    }

    /** Reads {@link #number} after a sign; where what follows its line begins, or -1. */
    private int number(byte[] buffer, int start, int limit, char sign) {
        if (start >= limit || buffer[start] != sign) {
            return -1;
        }
        int at = start + 1;
        int value = 0;
        while (at < limit && buffer[at] >= '0' && buffer[at] <= '9' && at - start <= MOST_DIGITS) {
            value = value * 10 + (buffer[at++] - '0');
        }
        number = value;
        return at > start + 1 && limit - at >= 2 && buffer[at] == '\r' && buffer[at + 1] == '\n' ? at + 2 : -1;
    }
}
