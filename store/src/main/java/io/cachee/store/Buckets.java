package io.cachee.store;

import static io.cachee.store.Slots.BUCKET_BYTES;
import static io.cachee.store.Slots.MAX_DISPLACEMENT;
import static io.cachee.store.Slots.SLOTS_PER_BUCKET;

/**
 * The buckets of a stripe: looks for gaps in them, makes gaps and closes them. A stripe is given by its offset and its
 * number of buckets, and locked by the caller.
 *
 * <p>The invariant of {@link Index} holds: no slot between an entry's home bucket and its own is empty. An entry moves
 * by being copied before its old slot is overwritten. A reader may still miss it, by looking at the new slot before and
 * at the old one after; so the caller marks the stripe as busy around {@link #makeGap} and {@link #closeGap}.
 *
 * <p>A bucket is searched without a branch for each slot, because the processor would predict every other one wrong.
 */
final class Buckets {
    /** In what {@link #look} returns, beside the bits of slots: the bucket has an empty slot. */
    static final long GAP = Long.MIN_VALUE;

    /** How many buckets behind the home bucket are searched for an empty slot. */
    private static final int GAP_SEARCH = 512;

    private final Region region;

    Buckets(Region region) {
        this.region = region;
    }

    /** Negative if the word is zero, else not. */
    static long signIfZero(long word) {
        return word - 1 & ~word;
    }

    static long bitIfNegative(long word, int bit) {
        return word >>> 63 - bit & 1L << bit;
    }

    /** The first of the slots in a bucket that have a bit each. */
    static long slotAt(long bucket, long bits) {
        return bucket + 8L * Long.numberOfTrailingZeros(bits);
    }

    /** A bit for each slot of a bucket with this tag and address, and {@link #GAP} if a slot is empty. */
    long look(long bucket, long wanted) {
        long gaps = 0;
        long found = 0;
        for (int i = 0; i < SLOTS_PER_BUCKET; i++) {
            long slot = region.getLong(bucket + 8L * i);
            gaps |= signIfZero(slot);
            found |= bitIfNegative(signIfZero(Slots.withoutGeneration(slot) ^ wanted), i);
        }
        return found | gaps & GAP;
    }

    /**
     * Brings a gap that lies too far behind a tag's home bucket nearer: entries in between, which may lie further
     * back, move into it one after the other.
     *
     * @return a slot within reach that may be overwritten, or 0
     */
    long makeGap(long base, int buckets, long tag) {
        int home = Slots.home(tag, buckets);
        int gapBucket = home + MAX_DISPLACEMENT + 1;
        int last = Math.min(home + GAP_SEARCH, buckets + MAX_DISPLACEMENT - 1);
        long gap = 0;
        for (; gap == 0 && gapBucket <= last; gapBucket++) {
            gap = gapIn(base + (long) gapBucket * BUCKET_BYTES);
        }
        gapBucket--;
        while (gap != 0 && gapBucket > home + MAX_DISPLACEMENT) {
            long mover = 0;
            for (int from = gapBucket - MAX_DISPLACEMENT; mover == 0 && from < gapBucket; from++) {
                mover = movableTo(base, buckets, from, gapBucket);
            }
            if (mover == 0) {
                closeGap(base, buckets, gap, displacedInto(base, buckets, gap));
                return 0;
            }
            // The mover's old slot keeps its word until it is taken: it is a gap in name only.
            region.setLongRelease(gap, region.getLong(mover));
            gap = mover;
            gapBucket = (int) ((mover - base) / BUCKET_BYTES);
        }
        return gap;
    }

    private long gapIn(long bucketOffset) {
        long gaps = 0;
        for (int i = 0; i < SLOTS_PER_BUCKET; i++) {
            gaps |= bitIfNegative(signIfZero(region.getLong(bucketOffset + 8L * i)), i);
        }
        return gaps == 0 ? 0 : slotAt(bucketOffset, gaps);
    }

    /** A slot in bucket {@code from} whose entry may lie in bucket {@code to}, or 0. */
    private long movableTo(long base, int buckets, int from, int to) {
        long bucketOffset = base + (long) from * BUCKET_BYTES;
        for (long slotOffset = bucketOffset; slotOffset < bucketOffset + BUCKET_BYTES; slotOffset += 8) {
            if (Slots.home(Slots.tag(region.getLong(slotOffset)), buckets) + MAX_DISPLACEMENT >= to) {
                return slotOffset;
            }
        }
        return 0;
    }

    /** The first empty slot within reach of a home bucket, or 0. A tag's first choice is tried first. */
    long findGap(long homeBucket, int tag) {
        long bucket = homeBucket;
        for (int displacement = 0; displacement <= MAX_DISPLACEMENT; displacement++, bucket += BUCKET_BYTES) {
            for (int i = 0; i < SLOTS_PER_BUCKET; i++) {
                long slotOffset = bucket + ((tag + i & SLOTS_PER_BUCKET - 1) << 3);
                if (region.getLong(slotOffset) == 0) {
                    return slotOffset;
                }
            }
        }
        return 0;
    }

    /** Empties a slot, after the entry in {@code source}, and others after it, have moved back into the gap. */
    void closeGap(long base, int buckets, long slotOffset, long source) {
        long hole = slotOffset;
        long next = source;
        while (next != 0) {
            region.setLongRelease(hole, region.getLong(next));
            hole = next;
            next = displacedInto(base, buckets, hole);
        }
        region.setLongRelease(hole, 0);
    }

    /** A slot whose entry may and should move into {@code hole}, or 0. */
    long displacedInto(long base, int buckets, long hole) {
        int bucket = (int) ((hole - base) / BUCKET_BYTES);
        long bucketOffset = base + (long) bucket * BUCKET_BYTES;
        return gapIn(bucketOffset) != 0 ? 0 : displacedBehind(base, buckets, bucket);
    }

    /** A slot whose entry may and should move into a gap that is to be in {@code bucket}, full as yet, or 0. */
    long displacedBehind(long base, int buckets, int bucket) {
        int last = Math.min(bucket + MAX_DISPLACEMENT, buckets + MAX_DISPLACEMENT - 1);
        for (int next = bucket + 1; next <= last; next++) {
            long nextOffset = base + (long) next * BUCKET_BYTES;
            long gaps = 0;
            long displaced = 0;
            for (int i = 0; i < SLOTS_PER_BUCKET; i++) {
                long slot = region.getLong(nextOffset + 8L * i);
                long gap = signIfZero(slot);
                gaps |= gap;
                displaced |= bitIfNegative(Slots.home(Slots.tag(slot), buckets) - bucket - 1L & ~gap, i);
            }
            if (displaced != 0) {
                return slotAt(nextOffset, displaced);
            }
            if (gaps < 0) {
                return 0;
            }
        }
        return 0;
    }

    /** Copies all slots that are taken and returns their number. */
    int readAll(long base, int buckets, long[] into) {
        int count = 0;
        long end = base + (long) (buckets + MAX_DISPLACEMENT) * BUCKET_BYTES;
        for (long slotOffset = base; slotOffset < end; slotOffset += 8) {
            long slot = region.getLong(slotOffset);
            if (slot != 0) {
                into[count++] = slot;
            }
        }
        return count;
    }
}
