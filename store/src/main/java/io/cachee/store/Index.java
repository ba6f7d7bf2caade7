package io.cachee.store;

import static io.cachee.store.Slots.BUCKET_BYTES;
import static io.cachee.store.Slots.MAX_DISPLACEMENT;
import static io.cachee.store.Slots.SLOTS_PER_BUCKET;

import java.util.concurrent.locks.StampedLock;

/**
 * The writer's side of the index. Every method that names a stripe is called with that stripe's lock held.
 *
 * <p>The hash chooses a stripe, and within it a home bucket of eight slots, one cache line. A bucket that is full
 * overflows into the next, at most seven further. Invariant: <em>between an entry's home bucket and its own there is no
 * empty slot</em>; so a search ends at the first bucket with a gap. A deletion keeps the invariant by moving displaced
 * entries back instead of leaving a tombstone.
 *
 * <p>Buckets are ordered by the tag, which slots carry, so a stripe is rebuilt with another number of buckets without
 * looking at a single record. Stripes are rebuilt one by one: when the index grows from the last to the first, when it
 * shrinks from the first to the last, so that none is written over before it has moved.
 */
final class Index {
    /** Told of an entry for which the index has no room. */
    interface Overflow {
        void drop(int stripe, long slot);
    }

    private static final int MAX_LOCKS = 1024;
    /** A sign bit, behind the bits of slots. */
    private static final long GAP = Long.MIN_VALUE;

    private static final int LIKELY_SLOTS = 2;
    /** How far behind its home bucket room for an entry is looked for. */
    private static final int GAP_SEARCH = 512;

    private final Region region;
    private final Layout layout;
    private final StampedLock[] locks;
    private final int[] entryCounts;
    private int epoch;

    Index(Region region, Layout layout) {
        this.region = region;
        this.layout = layout;
        this.entryCounts = new int[layout.stripeCount()];
        this.locks = new StampedLock[Math.min(MAX_LOCKS, layout.stripeCount())];
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new StampedLock();
        }
    }

    StampedLock lock(int stripe) {
        return locks[stripe & locks.length - 1];
    }

    StampedLock[] locks() {
        return locks;
    }

    int stripeOf(long hash) {
        return (int) (hash >>> 64 - layout.stripeShift());
    }

    long shape() {
        return region.getLong(HeaderDescriptor.SHAPE_OFFSET);
    }

    int entries(int stripe) {
        return entryCounts[stripe];
    }

    long entries() {
        long sum = 0;
        for (int count : entryCounts) {
            sum += count;
        }
        return sum;
    }

    long end(int buckets) {
        return layout.indexOffset() + layout.stripeCount() * Shape.stripeBytes(buckets);
    }

    long stripeOffset(long shape, int stripe) {
        return layout.indexOffset() + stripe * Shape.stripeBytes(Shape.buckets(shape, stripe));
    }

    /** Sixteen bytes of eviction history that belong to the home bucket of {@code hash}. */
    long historyOffset(long hash) {
        int stripe = stripeOf(hash);
        long shape = shape();
        int buckets = Shape.buckets(shape, stripe);
        return stripeOffset(shape, stripe)
                + (long) (buckets + MAX_DISPLACEMENT) * BUCKET_BYTES
                + (long) Slots.home(Slots.tagOfHash(hash), buckets) * Shape.HISTORY_BYTES_PER_BUCKET;
    }

    /** Empties a stripe that was cleared but not touched since. To be called first after locking a stripe. */
    void refresh(int stripe) {
        long wordOffset = layout.stripeWordOffset(stripe);
        long word = region.getLong(wordOffset);
        if (StripeWord.epoch(word) == epoch) {
            return;
        }
        long shape = shape();
        region.fillZero(stripeOffset(shape, stripe), Shape.stripeBytes(Shape.buckets(shape, stripe)));
        region.setLongRelease(wordOffset, StripeWord.pack(epoch, StripeWord.version(word) + 2));
        entryCounts[stripe] = 0;
    }

    /** Empties all stripes at once; each is wiped when it is next used. All locks are held. */
    void clear() {
        epoch++;
        region.setLongRelease(HeaderDescriptor.EPOCH_OFFSET, epoch & 0xffffffffL);
        java.util.Arrays.fill(entryCounts, 0);
    }

    int epoch() {
        return epoch;
    }

    /** Whether this is a slot of a stripe as it is now. */
    boolean isSlotOf(int stripe, long slotOffset) {
        long shape = shape();
        long base = stripeOffset(shape, stripe);
        long slotBytes = (long) (Shape.buckets(shape, stripe) + MAX_DISPLACEMENT) * BUCKET_BYTES;
        return slotOffset >= base && slotOffset < base + slotBytes && isCurrent(stripe);
    }

    /** Whether the stripe was wiped since everything was cleared, or did not need it. */
    boolean isCurrent(int stripe) {
        return StripeWord.epoch(region.getLong(layout.stripeWordOffset(stripe))) == epoch;
    }

    long homeOffset(long hash) {
        int stripe = stripeOf(hash);
        long shape = shape();
        return stripeOffset(shape, stripe)
                + (long) Slots.home(Slots.tagOfHash(hash), Shape.buckets(shape, stripe)) * BUCKET_BYTES;
    }

    /** The slot that points to exactly this record, or 0. */
    long findAddress(long hash, long address) {
        long wanted = Slots.pack(Slots.tagOfHash(hash), 0, address);
        long bucket = homeOffset(hash);
        for (int displacement = 0; displacement <= MAX_DISPLACEMENT; displacement++, bucket += BUCKET_BYTES) {
            long seen = look(bucket, wanted);
            if ((seen & ~GAP) != 0) {
                return slotAt(bucket, seen);
            }
            if (seen == GAP) {
                return 0;
            }
        }
        return 0;
    }

    /** A bit for each slot of a bucket with this tag and address, and {@link #GAP} if a slot is empty. */
    private long look(long bucket, long wanted) {
        long gaps = 0;
        long found = 0;
        for (int i = 0; i < SLOTS_PER_BUCKET; i++) {
            long slot = region.getLong(bucket + 8L * i);
            gaps |= signIfZero(slot);
            found |= bitIfNegative(signIfZero(Slots.withoutGeneration(slot) ^ wanted), i);
        }
        return found | gaps & GAP;
    }

    /** The slot of the large record that lists the chunk at {@code chunk}, or 0. */
    long findChunkOwner(long hash, long chunk, Records records) {
        long tag = Slots.tagOfHash(hash);
        long bucket = homeOffset(hash);
        for (int displacement = 0; displacement <= MAX_DISPLACEMENT; displacement++, bucket += BUCKET_BYTES) {
            for (long slotOffset = bucket; slotOffset < bucket + BUCKET_BYTES; slotOffset += 8) {
                long slot = region.getLong(slotOffset);
                if (slot != 0 && Slots.tag(slot) == tag && records.chunkWordOffset(Slots.address(slot), chunk) != 0) {
                    return slotOffset;
                }
            }
        }
        return 0;
    }

    /**
     * The slot of a key, or 0. An entry's first choice of slot follows from its tag, so two slots are looked at by
     * themselves; then whole buckets, without a branch for each slot, of which the processor would guess every other
     * wrong.
     */
    long find(byte[] key, int keyOffset, int keyLength, long hash, Records records) {
        long tag = Slots.tagOfHash(hash);
        long bucket = homeOffset(hash);
        for (int i = 0; i < LIKELY_SLOTS; i++) {
            long slotOffset = bucket + ((tag + i & SLOTS_PER_BUCKET - 1) << 3);
            if (isSlotOf(slotOffset, tag, key, keyOffset, keyLength, hash, records)) {
                return slotOffset;
            }
        }
        for (int displacement = 0; displacement <= MAX_DISPLACEMENT; displacement++, bucket += BUCKET_BYTES) {
            long gaps = 0;
            long candidates = 0;
            for (int i = 0; i < SLOTS_PER_BUCKET; i++) {
                long slot = region.getLong(bucket + 8L * i);
                gaps |= signIfZero(slot);
                candidates |= bitIfNegative(signIfZero(Slots.tag(slot) ^ tag), i);
            }
            for (; candidates != 0; candidates &= candidates - 1) {
                long slotOffset = slotAt(bucket, candidates);
                if (isSlotOf(slotOffset, tag, key, keyOffset, keyLength, hash, records)) {
                    return slotOffset;
                }
            }
            if (gaps < 0) {
                return 0;
            }
        }
        return 0;
    }

    /** Negative if the word is zero, else not. */
    private static long signIfZero(long word) {
        return word - 1 & ~word;
    }

    private static long bitIfNegative(long word, int bit) {
        return word >>> 63 - bit & 1L << bit;
    }

    /** The first of the slots in a bucket that have a bit each. */
    private static long slotAt(long bucket, long bits) {
        return bucket + 8L * Long.numberOfTrailingZeros(bits);
    }

    private boolean isSlotOf(
            long slotOffset, long tag, byte[] key, int keyOffset, int keyLength, long hash, Records records) {
        long slot = region.getLong(slotOffset);
        return slot != 0
                && Slots.tag(slot) == tag
                && records.hasKey(Slots.address(slot), key, keyOffset, keyLength, hash);
    }

    /** The first slot with the tag of {@code hash}, which is nearly always the key's, or 0. */
    long findTag(long hash) {
        long tag = Slots.tagOfHash(hash);
        long bucket = homeOffset(hash);
        for (long slotOffset = bucket; slotOffset < bucket + 2 * BUCKET_BYTES; slotOffset += 8) {
            long slot = region.getLong(slotOffset);
            if (slot != 0 && Slots.tag(slot) == tag) {
                return slotOffset;
            }
        }
        return 0;
    }

    /** Among the slots where the key's entry may lie, all taken, the one whose record has the lowest policy byte. */
    long weakest(long hash) {
        long bucket = homeOffset(hash);
        long end = bucket + (long) (MAX_DISPLACEMENT + 1) * BUCKET_BYTES;
        long weakest = bucket;
        int lowest = Integer.MAX_VALUE;
        for (long slotOffset = bucket; slotOffset < end && lowest > 0; slotOffset += 8) {
            long address = Slots.address(region.getLong(slotOffset));
            int policy = RecordDescriptor.policy(region.getLong(address));
            if (policy < lowest) {
                lowest = policy;
                weakest = slotOffset;
            }
        }
        return weakest;
    }

    /** Links a record whose key is not in the index. False when all buckets that may hold it are full. */
    boolean insert(long hash, long slot) {
        int stripe = stripeOf(hash);
        long slotOffset = findGap(homeOffset(hash), (int) Slots.tag(slot));
        if (slotOffset == 0) {
            long word = beginMoving(stripe);
            long shape = shape();
            slotOffset = makeGap(stripeOffset(shape, stripe), Shape.buckets(shape, stripe), Slots.tag(slot));
            endMoving(stripe, word);
            if (slotOffset == 0) {
                return false;
            }
        }
        region.setLongRelease(slotOffset, slot);
        entryCounts[stripe]++;
        return true;
    }

    /** Makes the stripe's version odd: readers that find nothing look again. */
    private long beginMoving(int stripe) {
        long wordOffset = layout.stripeWordOffset(stripe);
        long word = region.getLong(wordOffset);
        region.setLongRelease(wordOffset, word + 1);
        return word;
    }

    private void endMoving(int stripe, long word) {
        long next = StripeWord.pack(StripeWord.epoch(word), StripeWord.version(word) + 2);
        region.setLongRelease(layout.stripeWordOffset(stripe), next);
    }

    /**
     * Moves a gap that lies too far behind a tag's home bucket nearer, by letting entries in between, which may lie
     * further back, change into it. A slot within reach to be written over, or 0.
     */
    private long makeGap(long base, int buckets, long tag) {
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

    private long findGap(long homeBucket, int tag) {
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

    void replace(long slotOffset, long slot) {
        region.setLongRelease(slotOffset, slot);
    }

    /** Unlinks the entry in a slot and moves displaced entries back into the gap. */
    void remove(int stripe, long slotOffset) {
        long shape = shape();
        int buckets = Shape.buckets(shape, stripe);
        long base = stripeOffset(shape, stripe);
        empty(stripe, slotOffset, displacedInto(base, buckets, slotOffset), base, buckets);
    }

    private void empty(int stripe, long slotOffset, long source, long base, int buckets) {
        entryCounts[stripe]--;
        if (source == 0) {
            region.setLongRelease(slotOffset, 0);
            return;
        }
        long word = beginMoving(stripe);
        closeGap(base, buckets, slotOffset, source);
        endMoving(stripe, word);
    }

    /** Unlinks exactly this record, in one pass over its buckets. False when it is not linked. */
    boolean removeAddress(int stripe, long hash, long address) {
        long shape = shape();
        int buckets = Shape.buckets(shape, stripe);
        long base = stripeOffset(shape, stripe);
        long tag = Slots.tagOfHash(hash);
        long wanted = Slots.pack(tag, 0, address);
        int home = Slots.home(tag, buckets);
        for (int number = home; number <= home + MAX_DISPLACEMENT; number++) {
            long bucket = base + (long) number * BUCKET_BYTES;
            long seen = look(bucket, wanted);
            if ((seen & ~GAP) != 0) {
                long source = (seen & GAP) != 0 ? 0 : displacedBehind(base, buckets, number);
                empty(stripe, slotAt(bucket, seen), source, base, buckets);
                return true;
            }
            if (seen == GAP) {
                return false;
            }
        }
        return false;
    }

    /** Empties a slot, after the entry in {@code source}, and others after it, have moved back into the gap. */
    private void closeGap(long base, int buckets, long slotOffset, long source) {
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
    private long displacedInto(long base, int buckets, long hole) {
        int bucket = (int) ((hole - base) / BUCKET_BYTES);
        long bucketOffset = base + (long) bucket * BUCKET_BYTES;
        return gapIn(bucketOffset) != 0 ? 0 : displacedBehind(base, buckets, bucket);
    }

    /** A slot whose entry may and should move into a gap that is to be in {@code bucket}, full as yet, or 0. */
    private long displacedBehind(long base, int buckets, int bucket) {
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

    /**
     * Rebuilds the next stripe with {@code buckets} buckets and moves the frontier past it. The caller holds the
     * lock of the stripe that {@link #nextToRebuild} names.
     */
    void rebuild(int stripe, int buckets, Overflow overflow) {
        long oldShape = shape();
        int oldBuckets = Shape.buckets(oldShape, stripe);
        boolean growing = buckets > oldBuckets;
        long newShape = growing ? Shape.pack(oldBuckets, buckets, stripe) : Shape.pack(buckets, oldBuckets, stripe + 1);
        if (growing && stripe == 0 || !growing && stripe == layout.stripeCount() - 1) {
            newShape = Shape.uniform(buckets);
        }
        long word = beginMoving(stripe);
        long[] slots = new long[entryCounts[stripe]];
        int count = readAll(stripeOffset(oldShape, stripe), oldBuckets, slots);
        long base = stripeOffset(newShape, stripe);
        region.fillZero(base, Shape.stripeBytes(buckets));
        int kept = 0;
        for (int i = 0; i < count; i++) {
            long home = base + (long) Slots.home(Slots.tag(slots[i]), buckets) * BUCKET_BYTES;
            long slotOffset = findGap(home, (int) Slots.tag(slots[i]));
            if (slotOffset == 0) {
                slotOffset = makeGap(base, buckets, Slots.tag(slots[i]));
            }
            if (slotOffset != 0) {
                region.setLongRelease(slotOffset, slots[i]);
                slots[i] = 0;
                kept++;
            }
        }
        entryCounts[stripe] = kept;
        region.setLongRelease(HeaderDescriptor.SHAPE_OFFSET, newShape);
        endMoving(stripe, word);
        for (int i = 0; kept < count && i < count; i++) {
            if (slots[i] != 0) {
                overflow.drop(stripe, slots[i]);
            }
        }
    }

    private int readAll(long base, int buckets, long[] into) {
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

    /** The stripe that comes next on the way to {@code buckets} in every stripe, or -1 when all have them. */
    int nextToRebuild(int buckets) {
        long shape = shape();
        int below = Shape.below(shape);
        int above = Shape.above(shape);
        int frontier = Shape.frontier(shape);
        if (below == above) {
            if (below == buckets) {
                return -1;
            }
            return buckets > below ? layout.stripeCount() - 1 : 0;
        }
        return buckets == above ? frontier - 1 : frontier;
    }
}
