package io.cachee.store;

/**
 * How many buckets each stripe of the index has, as one word: {@code below 20 | above 20 | frontier 24}. Stripes before
 * the frontier have {@code below} buckets, the others {@code above}; the two differ only while the index is being
 * resized, one stripe at a time.
 *
 * <p>A stripe is {@code buckets + 7} buckets (the last ones take what overflows) followed by sixteen bytes of eviction
 * history a bucket.
 */
final class IndexShape {
    static final int HISTORY_BYTES_PER_BUCKET = 16;
    /** Keeps every stripe's size a multiple of a cache line. */
    static final int BUCKET_UNIT = 4;

    static final int MIN_BUCKETS = 16;
    /** With this many, a bucket still has 128 different tags. */
    static final int MAX_BUCKETS = 1 << 13;

    private IndexShape() {}

    static long pack(int below, int above, int frontier) {
        return (long) below << 44 | (long) above << 24 | frontier;
    }

    static long uniform(int buckets) {
        return pack(buckets, buckets, 0);
    }

    static int below(long shape) {
        return (int) (shape >>> 44);
    }

    static int above(long shape) {
        return (int) (shape >>> 24) & 0xfffff;
    }

    static int frontier(long shape) {
        return (int) shape & 0xffffff;
    }

    static int buckets(long shape, int stripe) {
        return stripe < frontier(shape) ? below(shape) : above(shape);
    }

    /** The most buckets that a stripe of this many bytes can have. */
    static int mostBuckets(long stripeBytes) {
        long left = stripeBytes - (long) Slots.MAX_DISPLACEMENT * Slots.BUCKET_BYTES;
        return (int) Math.min(MAX_BUCKETS, left / (Slots.BUCKET_BYTES + HISTORY_BYTES_PER_BUCKET));
    }

    static long stripeBytes(int buckets) {
        return (long) (buckets + Slots.MAX_DISPLACEMENT) * Slots.BUCKET_BYTES
                + (long) buckets * HISTORY_BYTES_PER_BUCKET;
    }
}
