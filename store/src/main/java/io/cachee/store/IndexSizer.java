package io.cachee.store;

/**
 * Decides how many buckets the index should have, and shifts the border between index and segments accordingly.
 *
 * <p>The index grows when it is nearly full. The new size is chosen for a region full of entries of the present average
 * size, but is at most twice the old one, so that a few small entries at the start do not claim space that larger ones
 * need later. It shrinks when less than half of it is used while space is short.
 *
 * <p>Used under the reclaimer's lock, except where noted.
 */
final class IndexSizer {
    /** A stripe is checked for being full after this many insertions, or this part of its entries if that is more. */
    private static final int LEAST_INSERTIONS = 8;

    private static final int PART_INSERTED = 64;
    private static final int NONE = -1;
    private static final double FULL = 0.90;
    /** The fewer entries stripes have, the more they differ in their number. */
    private static final double SPREAD = 2.5;

    private static final double LOWEST_LOAD = 0.60;
    private static final double HIGHEST_LOAD = 0.70;
    private static final double LARGEST_SHARE = 0.55;
    private static final double SHRINK_BELOW = 0.5;
    private static final double WELL_FILLED = 0.6;

    private final Layout layout;
    private final Index index;
    private final Segments segments;
    private final int leastBuckets;
    private volatile boolean wanted;
    private int target;

    IndexSizer(Layout layout, Index index, Segments segments) {
        this.layout = layout;
        this.index = index;
        this.segments = segments;
        this.leastBuckets = IndexShape.above(index.shape());
    }

    /** Whether there is resizing to do. Any thread. */
    boolean isWanted() {
        return wanted;
    }

    int targetBuckets() {
        return target;
    }

    /** The load up to which stripes with about {@code entries} entries rarely overflow. */
    static double safeLoad(double entries) {
        return Math.clamp(FULL - SPREAD / Math.sqrt(Math.max(1, entries)), LOWEST_LOAD, HIGHEST_LOAD);
    }

    /** To be called after an insertion, with the stripe's lock held. */
    void inserted(int stripe) {
        int entries = index.entries(stripe);
        int insertions = Math.max(LEAST_INSERTIONS, Integer.highestOneBit(entries) / PART_INSERTED);
        if ((entries & insertions - 1) != 0 || wanted) {
            return;
        }
        long shape = index.shape();
        int slots = IndexShape.buckets(shape, stripe) * Slots.SLOTS_PER_BUCKET;
        if (entries > safeLoad(entries) * slots && isFull(shape)) {
            wanted = true;
        }
    }

    /** Asks for more buckets because a stripe has no room. False when more buckets would not help that stripe. */
    boolean demand(int stripe) {
        int slots = IndexShape.buckets(index.shape(), stripe) * Slots.SLOTS_PER_BUCKET;
        if (index.entries(stripe) > WELL_FILLED * slots) {
            wanted = true;
        }
        return wanted;
    }

    private boolean isFull(long shape) {
        double entries = (double) index.entries() / layout.stripeCount();
        return entries > safeLoad(entries) * 0.99 * IndexShape.above(shape) * Slots.SLOTS_PER_BUCKET
                && ideal() > IndexShape.above(shape);
    }

    /** The number of buckets that each stripe needs when the region is full of entries like the present ones. */
    private int ideal() {
        long entries = Math.max(1, index.entries());
        double bytesPerEntry = (double) Math.max(1, segments.liveBytesEstimate()) / entries;
        double space = layout.size() - layout.indexOffset();
        double load = HIGHEST_LOAD;
        double filled = entries;
        for (int i = 0; i < 3; i++) {
            double bucketBytes = Slots.BUCKET_BYTES + IndexShape.HISTORY_BYTES_PER_BUCKET;
            filled = space / (bytesPerEntry + bucketBytes / (Slots.SLOTS_PER_BUCKET * load));
            load = safeLoad(filled / layout.stripeCount());
        }
        filled = Math.max(filled, (double) entries);
        double buckets = filled / layout.stripeCount() / Slots.SLOTS_PER_BUCKET / load;
        return roundUp((int) Math.min(buckets + 1, IndexShape.MAX_BUCKETS));
    }

    private static int roundUp(int buckets) {
        return (int) Layout.align(buckets, IndexShape.BUCKET_UNIT);
    }

    /** True when the index is much too large and segments could use the space. */
    boolean shouldShrink() {
        int buckets = IndexShape.above(index.shape());
        return !wanted
                && buckets > leastBuckets
                && segments.freeCount() < Reclaimer.TARGET_FREE
                && index.entries() < SHRINK_BELOW * layout.stripeCount() * buckets * Slots.SLOTS_PER_BUCKET
                && ideal() < 0.75 * buckets;
    }

    /** Chooses a new size, unless the index is on its way to one. False when there is nothing to do. */
    boolean begin() {
        if (target != 0) {
            return true;
        }
        long shape = index.shape();
        int present = IndexShape.above(shape);
        int ideal = ideal();
        if (shouldShrink()) {
            target = Math.max(leastBuckets, ideal);
        } else if (wanted) {
            int least = present + Math.max(IndexShape.BUCKET_UNIT, roundUp(present / 16));
            target = Math.min(Math.max(ideal, least), Math.min(2 * present, IndexShape.MAX_BUCKETS));
        }
        if (target <= 0 || target == present || target > present && index.end(target) > LARGEST_SHARE * layout.size()) {
            target = 0;
            wanted = false;
            return false;
        }
        wanted = true;
        if (target > present) {
            segments.surrenderBelow(layout.firstSegmentAfter(index.end(target)));
        }
        return true;
    }

    /** A segment with records in the space that the growing index needs, or -1. */
    int condemnedSegment() {
        return target == 0 ? NONE : segments.usedBelow(segments.firstSegment());
    }

    int nextStripe() {
        return index.nextToRebuild(target);
    }

    void finishIfDone() {
        if (index.nextToRebuild(target) != NONE) {
            return;
        }
        int first = layout.firstSegmentAfter(index.end(target));
        if (first < segments.firstSegment()) {
            segments.reclaimFrom(first);
        }
        target = 0;
        wanted = false;
    }

    long indexBytes() {
        return index.end(Math.max(IndexShape.above(index.shape()), target)) - layout.indexOffset();
    }
}
