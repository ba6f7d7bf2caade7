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
 * looking at a single record. Stripes are rebuilt one by one, from the last to the first when the index grows and from
 * the first to the last when it shrinks, so that none is overwritten before it has moved. {@link Buckets} moves entries
 * within a stripe.
 */
final class Index {
    /** Receives the entries for which a rebuilt stripe has no room. */
    interface Overflow {
        void drop(int stripe, long slot);
    }

    private static final int MAX_LOCKS = 1024;
    /** Slots that are tried one by one before whole buckets are searched. */
    private static final int LIKELY_SLOTS = 2;

    private final Region region;
    private final Layout layout;
    private final StampedLock[] locks;
    private final Buckets table;
    private final int[] entryCounts;
    private int epoch;

    Index(Region region, Layout layout) {
        this.region = region;
        this.layout = layout;
        this.table = new Buckets(region);
        this.entryCounts = new int[layout.stripeCount()];
        this.locks = new StampedLock[Math.min(MAX_LOCKS, layout.stripeCount())];
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new StampedLock();
        }
    }

    StampedLock lock(int stripe) {
        return locks[stripe & locks.length - 1];
    }

    /** Takes the locks of all stripes. */
    long[] lockAll() {
        long[] stamps = new long[locks.length];
        for (int i = 0; i < locks.length; i++) {
            stamps[i] = locks[i].writeLock();
        }
        return stamps;
    }

    void unlockAll(long[] stamps) {
        for (int i = 0; i < locks.length; i++) {
            locks[i].unlockWrite(stamps[i]);
        }
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
        return layout.indexOffset() + layout.stripeCount() * IndexShape.stripeBytes(buckets);
    }

    long stripeOffset(long shape, int stripe) {
        return layout.indexOffset() + stripe * IndexShape.stripeBytes(IndexShape.buckets(shape, stripe));
    }

    /** The offset of the sixteen bytes of eviction history that belong to a hash's home bucket. */
    long historyOffset(long hash) {
        int stripe = stripeOf(hash);
        long shape = shape();
        int buckets = IndexShape.buckets(shape, stripe);
        return stripeOffset(shape, stripe)
                + (long) (buckets + MAX_DISPLACEMENT) * BUCKET_BYTES
                + (long) Slots.home(Slots.tagOfHash(hash), buckets) * IndexShape.HISTORY_BYTES_PER_BUCKET;
    }

    /**
     * Empties a stripe that has not been used since everything was cleared. To be called first after locking a stripe.
     */
    void refresh(int stripe) {
        long wordOffset = layout.stripeWordOffset(stripe);
        long word = region.getLong(wordOffset);
        if (StripeWord.epoch(word) == epoch) {
            return;
        }
        long shape = shape();
        region.fillZero(stripeOffset(shape, stripe), IndexShape.stripeBytes(IndexShape.buckets(shape, stripe)));
        region.setLongRelease(wordOffset, StripeWord.pack(epoch, StripeWord.version(word) + 2));
        entryCounts[stripe] = 0;
    }

    /** Clears all stripes at once. Each is emptied when it is next used. All locks are held. */
    void clear() {
        epoch++;
        region.setLongRelease(HeaderDescriptor.EPOCH_OFFSET, epoch & 0xffffffffL);
        java.util.Arrays.fill(entryCounts, 0);
    }

    int epoch() {
        return epoch;
    }

    /** Whether this is a slot of the stripe in its present size. */
    boolean isSlotOf(int stripe, long slotOffset) {
        long shape = shape();
        long base = stripeOffset(shape, stripe);
        long slotBytes = (long) (IndexShape.buckets(shape, stripe) + MAX_DISPLACEMENT) * BUCKET_BYTES;
        return slotOffset >= base && slotOffset < base + slotBytes && isCurrent(stripe);
    }

    /** Whether the slots of the stripe are valid: it was emptied since everything was last cleared. */
    boolean isCurrent(int stripe) {
        return StripeWord.epoch(region.getLong(layout.stripeWordOffset(stripe))) == epoch;
    }

    long homeOffset(long hash) {
        int stripe = stripeOf(hash);
        long shape = shape();
        return stripeOffset(shape, stripe)
                + (long) Slots.home(Slots.tagOfHash(hash), IndexShape.buckets(shape, stripe)) * BUCKET_BYTES;
    }

    /** The slot that points to exactly this record, or 0. */
    long findAddress(long hash, long address) {
        long wanted = Slots.pack(Slots.tagOfHash(hash), 0, address);
        long bucket = homeOffset(hash);
        for (int displacement = 0; displacement <= MAX_DISPLACEMENT; displacement++, bucket += BUCKET_BYTES) {
            long seen = table.look(bucket, wanted);
            if ((seen & ~Buckets.GAP) != 0) {
                return Buckets.slotAt(bucket, seen);
            }
            if (seen == Buckets.GAP) {
                return 0;
            }
        }
        return 0;
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
     * The slot of a key, or 0. An entry's first choice of slot follows from its tag, so the likeliest slots are tried
     * one by one. Then whole buckets are searched, without a branch for each slot, because the processor would predict
     * every other one wrong.
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
                gaps |= Buckets.signIfZero(slot);
                candidates |= Buckets.bitIfNegative(Buckets.signIfZero(Slots.tag(slot) ^ tag), i);
            }
            for (; candidates != 0; candidates &= candidates - 1) {
                long slotOffset = Buckets.slotAt(bucket, candidates);
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

    private boolean isSlotOf(
            long slotOffset, long tag, byte[] key, int keyOffset, int keyLength, long hash, Records records) {
        long slot = region.getLong(slotOffset);
        return slot != 0
                && Slots.tag(slot) == tag
                && records.hasKey(Slots.address(slot), key, keyOffset, keyLength, hash);
    }

    /** The first slot with the tag of a hash, or 0. It is nearly always the slot of the key. */
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

    /**
     * The slot whose record has the fewest counted uses, among those where the key's entry may lie. All of them are
     * taken.
     */
    long weakest(long hash) {
        long bucket = homeOffset(hash);
        long end = bucket + (long) (MAX_DISPLACEMENT + 1) * BUCKET_BYTES;
        long weakest = bucket;
        int lowest = Integer.MAX_VALUE;
        for (long slotOffset = bucket; slotOffset < end && lowest > 0; slotOffset += 8) {
            long address = Slots.address(region.getLong(slotOffset));
            int uses = RecordDescriptor.policy(region.getLong(address)) & EntryInfo.COUNTED_USES;
            if (uses < lowest) {
                lowest = uses;
                weakest = slotOffset;
            }
        }
        return weakest;
    }

    /** Links a record whose key is not in the index. False when there is no room for it. */
    boolean insert(long hash, long slot) {
        int stripe = stripeOf(hash);
        long slotOffset = table.findGap(homeOffset(hash), (int) Slots.tag(slot));
        if (slotOffset == 0) {
            long word = beginMoving(stripe);
            long shape = shape();
            slotOffset = table.makeGap(stripeOffset(shape, stripe), IndexShape.buckets(shape, stripe), Slots.tag(slot));
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

    void replace(long slotOffset, long slot) {
        region.setLongRelease(slotOffset, slot);
    }

    /** Unlinks the entry in a slot and moves displaced entries back into the gap. */
    void remove(int stripe, long slotOffset) {
        long shape = shape();
        int buckets = IndexShape.buckets(shape, stripe);
        long base = stripeOffset(shape, stripe);
        empty(stripe, slotOffset, table.displacedInto(base, buckets, slotOffset), base, buckets);
    }

    private void empty(int stripe, long slotOffset, long source, long base, int buckets) {
        entryCounts[stripe]--;
        if (source == 0) {
            region.setLongRelease(slotOffset, 0);
            return;
        }
        long word = beginMoving(stripe);
        table.closeGap(base, buckets, slotOffset, source);
        endMoving(stripe, word);
    }

    /** Unlinks the record at an address, in one pass over its buckets. False when it is not linked. */
    boolean removeAddress(int stripe, long hash, long address) {
        long shape = shape();
        int buckets = IndexShape.buckets(shape, stripe);
        long base = stripeOffset(shape, stripe);
        long tag = Slots.tagOfHash(hash);
        long wanted = Slots.pack(tag, 0, address);
        int home = Slots.home(tag, buckets);
        for (int number = home; number <= home + MAX_DISPLACEMENT; number++) {
            long bucket = base + (long) number * BUCKET_BYTES;
            long seen = table.look(bucket, wanted);
            if ((seen & ~Buckets.GAP) != 0) {
                long source = (seen & Buckets.GAP) != 0 ? 0 : table.displacedBehind(base, buckets, number);
                empty(stripe, Buckets.slotAt(bucket, seen), source, base, buckets);
                return true;
            }
            if (seen == Buckets.GAP) {
                return false;
            }
        }
        return false;
    }

    /**
     * Rebuilds the next stripe with {@code buckets} buckets and moves the frontier past it. The caller holds the
     * lock of the stripe that {@link #nextToRebuild} names.
     */
    void rebuild(int stripe, int buckets, Overflow overflow) {
        long oldShape = shape();
        int oldBuckets = IndexShape.buckets(oldShape, stripe);
        boolean growing = buckets > oldBuckets;
        long newShape = growing
                ? IndexShape.pack(oldBuckets, buckets, stripe)
                : IndexShape.pack(buckets, oldBuckets, stripe + 1);
        if (growing && stripe == 0 || !growing && stripe == layout.stripeCount() - 1) {
            newShape = IndexShape.uniform(buckets);
        }
        long word = beginMoving(stripe);
        long[] slots = new long[entryCounts[stripe]];
        int count = table.readAll(stripeOffset(oldShape, stripe), oldBuckets, slots);
        long base = stripeOffset(newShape, stripe);
        region.fillZero(base, IndexShape.stripeBytes(buckets));
        int kept = 0;
        for (int i = 0; i < count; i++) {
            long home = base + (long) Slots.home(Slots.tag(slots[i]), buckets) * BUCKET_BYTES;
            long slotOffset = table.findGap(home, (int) Slots.tag(slots[i]));
            if (slotOffset == 0) {
                slotOffset = table.makeGap(base, buckets, Slots.tag(slots[i]));
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

    /** The stripe that comes next on the way to {@code buckets} in every stripe, or -1 when all have them. */
    int nextToRebuild(int buckets) {
        long shape = shape();
        int below = IndexShape.below(shape);
        int above = IndexShape.above(shape);
        int frontier = IndexShape.frontier(shape);
        if (below == above) {
            if (below == buckets) {
                return -1;
            }
            return buckets > below ? layout.stripeCount() - 1 : 0;
        }
        return buckets == above ? frontier - 1 : frontier;
    }
}
