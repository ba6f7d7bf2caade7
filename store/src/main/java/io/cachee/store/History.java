package io.cachee.store;

/**
 * Remembers which keys were evicted recently, about as many as there are entries. Beside each index bucket lies a queue
 * of eight 16-bit fingerprints. Only the youngest count: as many as a bucket of the stripe has entries on average.
 *
 * <p>Reading it without a lock may give a wrong answer, which does no harm. It is changed with the stripe locked,
 * because a stripe's history moves when the stripe is rebuilt.
 */
final class History {
    private static final int CELLS = 8;
    private static final int FINGERPRINT_BITS = 16;
    private static final int CELLS_PER_LONG = Long.SIZE / FINGERPRINT_BITS;
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

    /** Notes an eviction, and forgets the oldest one of the same bucket. The stripe is locked. */
    void add(long hash) {
        long offset = index.historyOffset(hash);
        long young = region.getLong(offset);
        long old = region.getLong(offset + 8);
        region.setLong(offset, young << FINGERPRINT_BITS | fingerprint(hash));
        region.setLong(offset + 8, old << FINGERPRINT_BITS | young >>> Long.SIZE - FINGERPRINT_BITS);
    }

    boolean contains(long hash) {
        return find(hash, index.historyOffset(hash)) >= 0;
    }

    /** Forgets a key. False when it was not noted. The stripe is locked. */
    boolean remove(long hash) {
        long offset = index.historyOffset(hash);
        int cell = find(hash, offset);
        if (cell < 0) {
            return false;
        }
        long at = offset + cell / CELLS_PER_LONG * 8L;
        long mask = FINGERPRINT_MASK << cell % CELLS_PER_LONG * FINGERPRINT_BITS;
        region.setLong(at, region.getLong(at) & ~mask);
        return true;
    }

    private int find(long hash, long offset) {
        long fingerprint = fingerprint(hash);
        int stripe = index.stripeOf(hash);
        int buckets = IndexShape.buckets(index.shape(), stripe);
        int cells = Math.clamp((index.entries(stripe) + buckets / 2) / buckets, 1, CELLS);
        long young = region.getLong(offset);
        long old = region.getLong(offset + 8);
        for (int cell = 0; cell < cells; cell++) {
            long half = cell < CELLS_PER_LONG ? young : old;
            if ((half >>> cell % CELLS_PER_LONG * FINGERPRINT_BITS & FINGERPRINT_MASK) == fingerprint) {
                return cell;
            }
        }
        return -1;
    }
}
