package io.cachee.server.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The keys with the largest counts, estimated from a sample of accesses. The number of keys is fixed: a key that is not
 * among them replaces the one with the smallest count and inherits its count (the space-saving algorithm), so a key
 * that really is hot is never missed. Counts are halved from time to time, so that old ones fade. One event loop adds;
 * any thread may read.
 */
public final class HotKeys {
    /** One of this many accesses is sampled, on average. */
    static final int MEAN_DISTANCE = 128;

    private static final int KEYS = 128;
    private static final int MAX_KEY_BYTES = 512;
    private static final long HALVE_AFTER = 1 << 17;

    private final byte[][] keys = new byte[KEYS][64];
    private final int[] lengths = new int[KEYS];
    private final int[] hashes = new int[KEYS];
    private final long[] counts = new long[KEYS];
    private long sinceHalving;
    private int random = 1;
    /** The sum of all that was added. */
    private long total;

    /** A key and its estimated count. */
    public record Entry(Bytes key, long count) {}

    /** How many accesses later to take the next sample. It varies, so that no client can be in step with it. */
    int distance() {
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        return 1 + (random & 2 * MEAN_DISTANCE - 1);
    }

    synchronized void add(byte[] buffer, int offset, int length, long amount) {
        if (length > MAX_KEY_BYTES) {
            return;
        }
        total += amount;
        int hash = hash(buffer, offset, length);
        int known = find(hash, buffer, offset, length);
        if (known >= 0) {
            counts[known] += amount;
        } else {
            replace(smallest(), hash, buffer, offset, length, amount);
        }
        age();
    }

    private void replace(int at, int hash, byte[] buffer, int offset, int length, long amount) {
        if (keys[at].length < length) {
            keys[at] = new byte[MAX_KEY_BYTES];
        }
        System.arraycopy(buffer, offset, keys[at], 0, length);
        lengths[at] = length;
        hashes[at] = hash;
        counts[at] += amount;
    }

    private void age() {
        if (++sinceHalving >= HALVE_AFTER) {
            sinceHalving = 0;
            total >>>= 1;
            for (int i = 0; i < KEYS; i++) {
                counts[i] >>>= 1;
            }
        }
    }

    private static int hash(byte[] buffer, int offset, int length) {
        int hash = length;
        for (int i = offset; i < offset + length; i++) {
            hash = hash * 31 + buffer[i];
        }
        return hash;
    }

    synchronized long total() {
        return total;
    }

    /** The estimated count of a key; 0 if it is not among those with the largest. */
    synchronized long countOf(byte[] buffer, int offset, int length) {
        int at = find(hash(buffer, offset, length), buffer, offset, length);
        return at < 0 ? 0 : counts[at];
    }

    private int find(int hash, byte[] buffer, int offset, int length) {
        for (int i = 0; i < KEYS; i++) {
            if (hashes[i] == hash
                    && counts[i] > 0
                    && Arrays.equals(keys[i], 0, lengths[i], buffer, offset, offset + length)) {
                return i;
            }
        }
        return -1;
    }

    private int smallest() {
        int smallest = 0;
        for (int i = 1; i < KEYS; i++) {
            if (counts[i] < counts[smallest]) {
                smallest = i;
            }
        }
        return smallest;
    }

    synchronized List<Entry> entries() {
        List<Entry> all = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            if (counts[i] > 0) {
                all.add(new Entry(new Bytes(Arrays.copyOf(keys[i], lengths[i])), counts[i]));
            }
        }
        return all;
    }
}
