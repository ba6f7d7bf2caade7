package io.cachee.store;

import static io.cachee.store.Slots.BUCKET_BYTES;
import static io.cachee.store.Slots.SLOTS_PER_BUCKET;

import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The read protocol, the same for the threads of the writer's process and for readers in other processes. It takes no
 * lock, writes nothing and allocates nothing.
 *
 * <p>A read may meet a writer at any point. What makes its answer whole:
 *
 * <ol>
 *   <li><b>Records do not change</b> while their segment's generation stands. A writer that reclaims a segment first
 *       unlinks every slot that points into it, then raises the generation, then overwrites. So a copy made between two
 *       equal reads of the generation is a copy of one record.
 *   <li><b>The slot ties record and generation.</b> After reading the generation the slot is read again: while it still
 *       points here, that generation is the record's. The eight bits in the slot are a quick filter; the comparison
 *       that counts is of all 64.
 *   <li><b>A key found is a key compared</b>, in full, and every length is checked against the segment's end before it
 *       is used. A hit therefore needs no agreement with the index: any slot word found anywhere leads to the right
 *       record or to none.
 *   <li><b>A miss needs more</b>: entries move between buckets when a stripe is rebuilt and when a deletion closes a
 *       gap. The stripe's word, odd while that happens, and the index shape must be the same before and after an
 *       unsuccessful search.
 * </ol>
 *
 * <p>Every loop is bounded. When a bound is reached the answer is {@link #UNRESOLVED}: a reader in another process then
 * reports a miss, and the writer's process repeats the search under the stripe's lock.
 */
abstract class Lookup extends FastPathRead {
    static final long MISS = -1;
    static final long EXPIRED = -2;
    /** The record belongs to another key. */
    static final long NO_MATCH = -4;
    /** A writer came between: nothing that was seen counts. */
    static final long RETRY = -5;

    private static final int MAX_ATTEMPTS = 64;
    private static final int PLACES = (Slots.MAX_DISPLACEMENT + 1) * SLOTS_PER_BUCKET;

    final Layout layout;
    final KeyHash keyHash;
    final Coherence coherence;
    private final int stripeShift;
    private final int segmentShift;
    private final long indexOffset;
    private final long stripesOffset;
    private final long generationsOffset;
    private final ChunkedRead chunked;
    /** Null where stamps are part of the value. */
    private final @Nullable StampTable stamps;

    /** @param judges whether values of a stamped store are served without their stamps, and only if these say so */
    Lookup(Region region, Layout layout, boolean judges) {
        super(region, layout);
        this.layout = layout;
        this.keyHash = new KeyHash(
                region.getLong(HeaderDescriptor.SEED0_OFFSET), region.getLong(HeaderDescriptor.SEED1_OFFSET));
        this.coherence = new Coherence(region, layout);
        this.stripeShift = 64 - layout.stripeShift();
        this.segmentShift = layout.segmentShift();
        this.indexOffset = layout.indexOffset();
        this.stripesOffset = layout.stripesOffset();
        this.generationsOffset = layout.generationsOffset();
        this.chunked = new ChunkedRead(region, layout);
        this.stamps = judges && layout.voucherCount() > 0 ? new StampTable(region, layout) : null;
    }

    /** The time by which expiry is judged, in milliseconds since the region's creation. */
    abstract long nowMillis();

    /**
     * Copies a key's value to {@code target}, unless that is null or shorter than the value, and describes the entry in
     * {@code info}, unless that is null. After a negative answer {@code info} says nothing.
     *
     * @param target an array of bytes or a memory segment
     * @return the value's length, or {@link #MISS}, {@link #EXPIRED} or {@link #UNRESOLVED}
     */
    final long read(
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        if (info == null
                && target != null
                && stamps == null
                && targetOffset >= 0
                && capacity <= Region.sizeOf(target) - targetOffset) {
            long found = readFast(key, keyOffset, keyLength, hash, target, targetOffset, capacity);
            if (found >= 0) {
                return found;
            }
        }
        long result = search(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
        return result != RETRY
                ? result
                : searchAgain(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
    }

    private long searchAgain(
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        for (int attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
            Thread.onSpinWait();
            long result = search(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
            if (result != RETRY) {
                return result;
            }
        }
        return UNRESOLVED;
    }

    /** One attempt. {@link #RETRY} when a writer came between. */
    private long search(
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        int stripe = (int) (hash >>> stripeShift);
        long tag = Slots.tagOfHash(hash);
        long wordOffset = stripesOffset + 8L * stripe;
        long stripeWord = region.getLongAcquire(wordOffset);
        if (StripeWord.epoch(stripeWord) != (int) region.getLongAcquire(HeaderDescriptor.EPOCH_OFFSET)) {
            return MISS;
        }
        long shape = region.getLongAcquire(HeaderDescriptor.SHAPE_OFFSET);
        long home = homeBucket(shape, stripe, tag);
        if (home == 0) {
            return MISS;
        }
        boolean gap = false;
        for (int place = 0; place < PLACES && !(gap && isFirstOfBucket(place)); place++) {
            long slotOffset = slotOffset(home, tag, place);
            long slot = region.getLongAcquire(slotOffset);
            gap |= slot == 0;
            long address = Slots.address(slot);
            if (Slots.tag(slot) != tag || !layout.mayHoldRecord(address, RecordDescriptor.COMPACT_BYTES)) {
                continue;
            }
            long generationOffset = generationsOffset + (address >>> segmentShift << 3);
            long generation = region.getLongAcquire(generationOffset);
            if (region.getLongAcquire(slotOffset) != slot) {
                return RETRY;
            }
            if ((generation & 0xff) != Slots.generation(slot)) {
                continue;
            }
            long first = region.getLong(address);
            long value = match(address, first, key, keyOffset, keyLength, hash);
            long result = value < 0 ? value : deliver(address, first, value, target, targetOffset, capacity, info);
            VarHandle.acquireFence();
            if (result == RETRY || region.getLongOpaque(generationOffset) != generation) {
                return RETRY;
            }
            if (result != NO_MATCH) {
                if (result >= 0 && target != null) {
                    hit(hash, slotOffset, slot, first);
                }
                return result;
            }
        }
        VarHandle.acquireFence();
        boolean isMiss = !StripeWord.isBusy(stripeWord)
                && region.getLongOpaque(wordOffset) == stripeWord
                && region.getLongOpaque(HeaderDescriptor.SHAPE_OFFSET) == shape;
        return isMiss ? MISS : RETRY;
    }

    /** The home bucket of a tag, or 0 when the shape cannot be. */
    private long homeBucket(long shape, int stripe, long tag) {
        int buckets = IndexShape.buckets(shape, stripe);
        long bucket =
                indexOffset + stripe * IndexShape.stripeBytes(buckets) + (long) Slots.home(tag, buckets) * BUCKET_BYTES;
        long last = region.size() - (long) (Slots.MAX_DISPLACEMENT + 1) * BUCKET_BYTES;
        return bucket < indexOffset || bucket > last ? 0 : bucket;
    }

    private static boolean isFirstOfBucket(int place) {
        return (place & SLOTS_PER_BUCKET - 1) == 0;
    }

    /**
     * A slot by its place in the order in which a search looks at slots: an entry's first choice within the home
     * bucket, the rest of that bucket, the next bucket, and so on.
     */
    private static long slotOffset(long home, long tag, int place) {
        long bucket = home + ((place & -SLOTS_PER_BUCKET) * (long) Long.BYTES);
        return bucket + ((tag + place & SLOTS_PER_BUCKET - 1) << 3);
    }

    /**
     * Compares a record's key.
     *
     * @return where its value lies, as {@link #span} has it, a span of 0 bytes for a large record, {@link #NO_MATCH},
     *     or {@link #RETRY}
     */
    private long match(long address, long first, byte[] key, int keyOffset, int keyLength, long hash) {
        int kind = RecordDescriptor.kind(first);
        if (kind == RecordDescriptor.COMPACT) {
            int valueLength = RecordDescriptor.compactValueLength(first);
            long keyAddress = address + RecordDescriptor.COMPACT_BYTES + RecordDescriptor.expiryBytes(first);
            boolean matches = RecordDescriptor.compactKeyLength(first) == keyLength
                    && keyAddress + keyLength + valueLength <= layout.segmentEnd(address)
                    && keyEquals(keyAddress, key, keyOffset, keyLength);
            return matches ? span(keyAddress + keyLength, valueLength) : NO_MATCH;
        }
        if (kind == RecordDescriptor.WIDE) {
            return matchWide(address, first, key, keyOffset, keyLength);
        }
        if (kind == RecordDescriptor.HEAD) {
            long result = chunked.match(address, first, key, keyOffset, keyLength, hash);
            return result < 0 ? result : span(address, 0);
        }
        return NO_MATCH;
    }

    private long matchWide(long address, long first, byte[] key, int keyOffset, int keyLength) {
        int fixed = RecordDescriptor.WIDE_BYTES + RecordDescriptor.expiryBytes(first);
        if (!layout.mayHoldRecord(address, fixed)) {
            return NO_MATCH;
        }
        int valueLength = region.getInt(address + 12);
        long keyAddress = address + fixed;
        boolean matches = region.getInt(address + 8) == keyLength
                && valueLength >= 0
                && keyAddress + keyLength + valueLength <= layout.segmentEnd(address)
                && keyEquals(keyAddress, key, keyOffset, keyLength);
        return matches ? span(keyAddress + keyLength, valueLength) : NO_MATCH;
    }

    /** Bytes of one segment as one word, so that a length that was checked is not read again. */
    private static long span(long address, int length) {
        return (long) length << Slots.ADDRESS_BITS | address;
    }

    /** Judges expiry and stamp, copies the value and describes the entry. The caller confirms the generation. */
    private long deliver(
            long address,
            long first,
            long value,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        int kind = RecordDescriptor.kind(first);
        long expiry = EntryInfo.NO_TTL;
        long ttl = EntryInfo.NO_TTL;
        if (RecordDescriptor.expires(first)) {
            expiry = RecordDescriptor.readExpiry(region, address + RecordDescriptor.fixedBytes(kind));
            ttl = expiry - nowMillis();
            if (ttl <= 0) {
                return EXPIRED;
            }
        }
        boolean isLarge = kind == RecordDescriptor.HEAD;
        long length = isLarge ? chunked.valueLength(address, first) : value >>> Slots.ADDRESS_BITS;
        if (length < 0) {
            return RETRY;
        }
        if (stamps != null) {
            length -= Stamp.BYTES;
            long fresh = isLarge
                    ? chunked.freshMillis(stamps, address, first, length, nowMillis())
                    : stamps.freshMillis(Slots.address(value), length, nowMillis());
            if (fresh <= 0) {
                return fresh == RETRY ? RETRY : EXPIRED;
            }
            ttl = ttl == EntryInfo.NO_TTL ? fresh : Math.min(ttl, fresh);
        }
        if (target != null && length <= capacity) {
            if (!isLarge) {
                region.copyValue(Slots.address(value), target, targetOffset, length);
            } else if (!chunked.copyValue(address, first, 0, length, target, targetOffset)) {
                return RETRY;
            }
        }
        if (info != null) {
            info.set(first, length, expiry, ttl);
        }
        return length;
    }
}
