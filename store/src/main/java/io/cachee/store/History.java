package io.cachee.store;

/**
 * Remembers which keys were evicted lately: beside each index bucket a queue of eight 16-bit fingerprints, about as
 * many in all as there are entries. It may be asked without a lock, at the risk of a wrong guess; it is changed
 * with the stripe locked, because a stripe's history moves when the stripe is rebuilt.
 */
final class History {
    private static final int FINGERPRINT_BITS = 16;
    private static final long FINGERPRINT_MASK = (1L << FINGERPRINT_BITS) - 1;

    private final Region region;
    private final Index index;

    History(Region region, Index index) {
        this.region = region;
        this.index = index;
    }

    private static long fingerprint(long hash) {
        long bits = hash & FINGERPRINT_MASK;
        return bits == 0 ? 1 : bits;
    }

    /** Notes an eviction; the oldest one noted in the same place is forgotten. The stripe is locked. */
    void add(long hash) {
        long offset = index.historyOffset(hash);
        long young = region.getLong(offset);
        long old = region.getLong(offset + 8);
        region.setLong(offset, young << FINGERPRINT_BITS | fingerprint(hash));
        region.setLong(offset + 8, old << FINGERPRINT_BITS | young >>> 64 - FINGERPRINT_BITS);
    }

    boolean contains(long hash) {
        long offset = index.historyOffset(hash);
        long fingerprint = fingerprint(hash);
        return holds(region.getLong(offset), fingerprint) || holds(region.getLong(offset + 8), fingerprint);
    }

    /** Forgets a key. False when it was not remembered. The stripe is locked. */
    boolean remove(long hash) {
        long offset = index.historyOffset(hash);
        long fingerprint = fingerprint(hash);
        for (long at = offset; at < offset + Shape.HISTORY_BYTES_PER_BUCKET; at += 8) {
            long cells = region.getLong(at);
            for (int shift = 0; shift < 64; shift += FINGERPRINT_BITS) {
                if ((cells >>> shift & FINGERPRINT_MASK) == fingerprint) {
                    region.setLong(at, cells & ~(FINGERPRINT_MASK << shift));
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean holds(long cells, long fingerprint) {
        for (int shift = 0; shift < 64; shift += FINGERPRINT_BITS) {
            if ((cells >>> shift & FINGERPRINT_MASK) == fingerprint) {
                return true;
            }
        }
        return false;
    }
}
