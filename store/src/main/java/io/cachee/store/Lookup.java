package io.cachee.store;

import static io.cachee.store.Slots.BUCKET_BYTES;
import static io.cachee.store.Slots.SLOTS_PER_BUCKET;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
 * <p>Every loop is bounded. When the bound is reached the answer is {@link #UNRESOLVED}: a reader in another process
 * reports a miss; in the writer's process the search is repeated under the stripe's lock.
 */
abstract class Lookup extends UsualRead {
    static final long MISS = -1;
    static final long EXPIRED = -2;
    private static final long NO_MATCH = -4;
    private static final long RETRY = -5;
    private static final int MAX_ATTEMPTS = 64;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    final Layout layout;
    final KeyHash keyHash;
    private final int stripeShift;
    private final int segmentShift;
    private final long indexOffset;
    private final long stripesOffset;
    private final long generationsOffset;
    private final long instance;
    /** How many bytes behind each value say whether it may be served; 0 where they are part of the value. */
    private final int stampBytes;

    private final long vouchersOffset;
    private final int voucherMask;

    /** @param judges whether values of a stamped store are served without their stamps, and only if these say so */
    Lookup(Region region, Layout layout, boolean judges) {
        super(region, layout);
        this.layout = layout;
        this.keyHash = new KeyHash(
                region.getLong(HeaderDescriptor.SEED0_OFFSET), region.getLong(HeaderDescriptor.SEED1_OFFSET));
        this.stripeShift = 64 - layout.stripeShift();
        this.segmentShift = layout.segmentShift();
        this.indexOffset = layout.indexOffset();
        this.stripesOffset = layout.stripesOffset();
        this.generationsOffset = layout.generationsOffset();
        this.instance = region.getLong(HeaderDescriptor.INSTANCE_OFFSET);
        this.stampBytes = judges && layout.voucherCount() > 0 ? Stamp.BYTES : 0;
        this.vouchersOffset = layout.vouchersOffset();
        this.voucherMask = layout.voucherCount() - 1;
    }

    /** The time by which expiry is judged, in milliseconds since the region's creation. */
    abstract long nowMillis();

    /**
     * Copies a key's value to {@code target}, unless that is null or shorter than the value, and describes the entry in
     * {@code info}, unless that is null.
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
                && stampBytes == 0
                && targetOffset >= 0
                && capacity <= Region.sizeOf(target) - targetOffset) {
            long found = readUsual(key, keyOffset, keyLength, hash, target, targetOffset, capacity);
            if (found >= 0) {
                return found;
            }
        }
        return search(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
    }

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
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            long stripeWord = region.getLongAcquire(wordOffset);
            if (StripeWord.epoch(stripeWord) != (int) region.getLongAcquire(HeaderDescriptor.EPOCH_OFFSET)) {
                return MISS;
            }
            long shape = region.getLongAcquire(HeaderDescriptor.SHAPE_OFFSET);
            int buckets = Shape.buckets(shape, stripe);
            long bucket =
                    indexOffset + stripe * Shape.stripeBytes(buckets) + (long) Slots.home(tag, buckets) * BUCKET_BYTES;
            if (bucket < indexOffset || bucket > region.size() - (long) (Slots.MAX_DISPLACEMENT + 1) * BUCKET_BYTES) {
                return MISS;
            }
            long result = probe(bucket, tag, key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
            if (result >= EXPIRED) {
                if (result != MISS) {
                    return result;
                }
                VarHandle.acquireFence();
                if (!StripeWord.isBusy(stripeWord)
                        && region.getLongOpaque(wordOffset) == stripeWord
                        && region.getLongOpaque(HeaderDescriptor.SHAPE_OFFSET) == shape) {
                    return MISS;
                }
            }
            Thread.onSpinWait();
        }
        return UNRESOLVED;
    }

    private long probe(
            long homeBucket,
            long tag,
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        int start = (int) tag & SLOTS_PER_BUCKET - 1;
        long bucket = homeBucket;
        for (int displacement = 0; displacement <= Slots.MAX_DISPLACEMENT; displacement++, bucket += BUCKET_BYTES) {
            boolean gap = false;
            for (int i = 0; i < SLOTS_PER_BUCKET; i++) {
                long slotOffset = bucket + ((start + i & SLOTS_PER_BUCKET - 1) << 3);
                long slot = region.getLongAcquire(slotOffset);
                if (slot == 0) {
                    gap = true;
                } else if (Slots.tag(slot) == tag) {
                    long result = readRecord(
                            slotOffset, slot, key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
                    if (result != NO_MATCH) {
                        return result;
                    }
                }
            }
            if (gap) {
                break;
            }
        }
        return MISS;
    }

    private long readRecord(
            long slotOffset,
            long slot,
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long address = Slots.address(slot);
        if (!layout.mayHoldRecord(address, RecordDescriptor.COMPACT_BYTES)) {
            return NO_MATCH;
        }
        long generationOffset = generationsOffset + (address >>> segmentShift << 3);
        long generation = region.getLongAcquire(generationOffset);
        if (region.getLongAcquire(slotOffset) != slot) {
            return RETRY;
        }
        if ((generation & 0xff) != Slots.generation(slot)) {
            return NO_MATCH;
        }
        long first = region.getLong(address);
        if (RecordDescriptor.kind(first) != RecordDescriptor.COMPACT) {
            return readUncommon(
                    address,
                    generation,
                    slotOffset,
                    slot,
                    key,
                    keyOffset,
                    keyLength,
                    hash,
                    target,
                    targetOffset,
                    capacity,
                    info);
        }
        int valueLength = RecordDescriptor.compactValueLength(first);
        long keyAddress = address + RecordDescriptor.COMPACT_BYTES + RecordDescriptor.expiryBytes(first);
        if (RecordDescriptor.compactKeyLength(first) != keyLength
                || keyAddress + keyLength + valueLength > layout.segmentEnd(address)
                || !keyEquals(keyAddress, key, keyOffset, keyLength)) {
            return region.getLongAcquire(generationOffset) == generation ? NO_MATCH : RETRY;
        }
        return finish(
                first,
                RecordDescriptor.expires(first) ? address + RecordDescriptor.COMPACT_BYTES : 0,
                keyAddress + keyLength,
                valueLength,
                generationOffset,
                generation,
                slotOffset,
                slot,
                hash,
                target,
                targetOffset,
                capacity,
                info);
    }

    /**
     * How long a value with this stamp may still be served, in milliseconds; none if it is not vouched for any more.
     * Kept apart from what is read of records: the words that it compares with are changed at any time.
     */
    private long freshMillis(long first, long second, long third, long now) {
        long freshUntil = Stamp.freshUntil(first);
        boolean isValid = Stamp.isValue(second)
                && freshUntil - Stamp.lifetime(third) > region.getLongAcquire(HeaderDescriptor.VALID_SINCE_OFFSET);
        int generation = region.getIntAcquire(vouchersOffset + 4L * (Stamp.slot(second) & voucherMask));
        return isValid && generation != 0 && generation == Stamp.generation(third) ? freshUntil - now : 0;
    }

    private long freshMillis(long stamp) {
        return freshMillis(region.getLong(stamp), region.getLong(stamp + 8), region.getLong(stamp + 16), nowMillis());
    }

    /** Judges stamp and expiry, copies the value and confirms the generation. */
    private long finish(
            long first,
            long expiryOffset,
            long valueAddress,
            int storedLength,
            long generationOffset,
            long generation,
            long slotOffset,
            long slot,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long expiry = expiryOffset == 0 ? EntryInfo.NO_TTL : RecordDescriptor.readExpiry(region, expiryOffset);
        long ttl = EntryInfo.NO_TTL;
        if (expiry != EntryInfo.NO_TTL) {
            ttl = expiry - nowMillis();
            if (ttl <= 0) {
                VarHandle.acquireFence();
                return region.getLongOpaque(generationOffset) == generation ? EXPIRED : RETRY;
            }
        }
        int valueLength = storedLength;
        if (stampBytes > 0 && valueAddress != 0) {
            valueLength -= stampBytes;
            long fresh = valueLength < 0 ? 0 : freshMillis(valueAddress + valueLength);
            if (fresh <= 0) {
                VarHandle.acquireFence();
                return region.getLongOpaque(generationOffset) == generation ? EXPIRED : RETRY;
            }
            ttl = ttl == EntryInfo.NO_TTL ? fresh : Math.min(ttl, fresh);
        }
        if (target != null && valueLength <= capacity) {
            region.copyValue(valueAddress, target, targetOffset, valueLength);
        }
        VarHandle.acquireFence();
        if (region.getLongOpaque(generationOffset) != generation) {
            return RETRY;
        }
        if (info != null) {
            describe(info, first, valueLength, expiry, ttl);
        }
        if (target != null) {
            hit(hash, slotOffset, slot, first);
        }
        return valueLength;
    }

    private static void describe(EntryInfo info, long first, long valueLength, long expiry, long ttl) {
        info.version = RecordDescriptor.version(first);
        info.valueLength = valueLength;
        info.expiryMillis = expiry;
        info.ttlMillis = ttl;
        info.frequency = RecordDescriptor.policy(first);
    }

    private long readUncommon(
            long address,
            long generation,
            long slotOffset,
            long slot,
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long first = region.getLong(address);
        int kind = RecordDescriptor.kind(first);
        int fixed = RecordDescriptor.fixedBytes(kind) + RecordDescriptor.expiryBytes(first);
        long generationOffset = layout.generationOffset(address);
        long expiryOffset = RecordDescriptor.expires(first) ? address + RecordDescriptor.fixedBytes(kind) : 0;
        if (kind == RecordDescriptor.WIDE && layout.mayHoldRecord(address, fixed)) {
            int valueLength = region.getInt(address + 12);
            long keyAddress = address + fixed;
            if (region.getInt(address + 8) == keyLength
                    && valueLength >= 0
                    && keyAddress + keyLength + valueLength <= layout.segmentEnd(address)
                    && keyEquals(keyAddress, key, keyOffset, keyLength)) {
                return finish(
                        first,
                        expiryOffset,
                        keyAddress + keyLength,
                        valueLength,
                        generationOffset,
                        generation,
                        slotOffset,
                        slot,
                        hash,
                        target,
                        targetOffset,
                        capacity,
                        info);
            }
        } else if (kind == RecordDescriptor.HEAD
                && layout.mayHoldRecord(address, fixed)
                && region.getLong(address + 24) == hash
                && region.getInt(address + 8) == keyLength) {
            return readLarge(
                    address,
                    first,
                    expiryOffset,
                    generation,
                    slotOffset,
                    slot,
                    key,
                    keyOffset,
                    keyLength,
                    hash,
                    target,
                    targetOffset,
                    capacity,
                    info);
        }
        return region.getLongAcquire(generationOffset) == generation ? NO_MATCH : RETRY;
    }

    private long readLarge(
            long head,
            long first,
            long expiryOffset,
            long generation,
            long slotOffset,
            long slot,
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        int chunkCount = region.getInt(head + 12);
        long valueLength = region.getLong(head + 16);
        long words = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first));
        if (chunkCount <= 0
                || chunkCount > layout.segmentSize() / 8
                || valueLength < 0
                || valueLength > layout.size()
                || words + 8L * chunkCount > layout.segmentEnd(head)) {
            return region.getLongAcquire(layout.generationOffset(head)) == generation ? NO_MATCH : RETRY;
        }
        long keyResult = copyStream(words, chunkCount, hash, 0, keyLength, key, keyOffset, null, 0);
        if (keyResult == RETRY) {
            return RETRY;
        }
        if (keyResult == NO_MATCH) {
            return region.getLongAcquire(layout.generationOffset(head)) == generation ? NO_MATCH : RETRY;
        }
        if (streamLength(words, chunkCount) != keyLength + valueLength) {
            return RETRY;
        }
        long fresh = EntryInfo.NO_TTL;
        if (stampBytes > 0) {
            if (valueLength < stampBytes) {
                return region.getLongAcquire(layout.generationOffset(head)) == generation ? EXPIRED : RETRY;
            }
            valueLength -= stampBytes;
            byte[] stamp = new byte[stampBytes];
            long read = copyStream(words, chunkCount, hash, keyLength + valueLength, stampBytes, null, 0, stamp, 0);
            if (read != 0) {
                return RETRY;
            }
            fresh = freshMillis(
                    (long) LONGS.get(stamp, 0), (long) LONGS.get(stamp, 8), (long) LONGS.get(stamp, 16), nowMillis());
            if (fresh <= 0) {
                return EXPIRED;
            }
        }
        if (target != null && valueLength <= capacity) {
            long copied = copyStream(words, chunkCount, hash, keyLength, valueLength, null, 0, target, targetOffset);
            if (copied != 0) {
                return RETRY;
            }
        }
        long result = finish(
                first,
                expiryOffset,
                0,
                0,
                layout.generationOffset(head),
                generation,
                slotOffset,
                slot,
                hash,
                target,
                targetOffset,
                0,
                info);
        if (result < 0) {
            return result;
        }
        if (info != null) {
            info.valueLength = valueLength;
            if (stampBytes > 0) {
                info.ttlMillis = info.ttlMillis == EntryInfo.NO_TTL ? fresh : Math.min(info.ttlMillis, fresh);
            }
        }
        return valueLength;
    }

    private long streamLength(long words, int chunkCount) {
        long sum = 0;
        for (int i = 0; i < chunkCount; i++) {
            sum += Slots.tag(region.getLongOpaque(words + 8L * i));
        }
        return sum;
    }

    /**
     * Goes through a large record's stream of bytes from {@code from} for {@code length} bytes, comparing them with
     * {@code key} or copying them to {@code target}.
     *
     * @return 0, {@link #NO_MATCH} when the key differs, or {@link #RETRY} when a chunk moved meanwhile
     */
    private long copyStream(
            long words,
            int chunkCount,
            long hash,
            long from,
            long length,
            byte @Nullable [] key,
            int keyOffset,
            @Nullable Object target,
            long targetOffset) {
        long skip = from;
        long done = 0;
        for (int i = 0; i < chunkCount && done < length; i++) {
            long word = region.getLongAcquire(words + 8L * i);
            int chunkLength = (int) Slots.tag(word);
            if (skip >= chunkLength) {
                skip -= chunkLength;
                continue;
            }
            long address = Slots.address(word);
            if (!layout.mayHoldRecord(address, RecordDescriptor.CHUNK_BYTES + (long) chunkLength)) {
                return RETRY;
            }
            long generationOffset = layout.generationOffset(address);
            long generation = region.getLongAcquire(generationOffset);
            if ((generation & 0xff) != Slots.generation(word) || region.getLongAcquire(words + 8L * i) != word) {
                return RETRY;
            }
            boolean belongs = region.getLong(address) == (long) chunkLength << 32
                    && region.getLong(address + 8) == hash
                    && region.getInt(address + 16) == i;
            if (!belongs) {
                return RETRY;
            }
            int take = (int) Math.min(chunkLength - skip, length - done);
            long source = address + RecordDescriptor.CHUNK_BYTES + skip;
            boolean equal = true;
            if (key != null) {
                equal = keyEquals(source, key, keyOffset + (int) done, take);
            } else if (target != null) {
                region.copyValue(source, target, targetOffset + done, take);
            }
            VarHandle.acquireFence();
            if (region.getLongOpaque(generationOffset) != generation) {
                return RETRY;
            }
            if (!equal) {
                return NO_MATCH;
            }
            done += take;
            skip = 0;
        }
        return done == length ? 0 : RETRY;
    }

    /**
     * The counter that moves whenever the key, or another key that shares the counter, changes, everything is cleared,
     * or all copies are outdated. The instance id in it keeps a copy from looking current after the writer restarted.
     */
    final long coherence(long hash) {
        long counter = region.getLongAcquire(layout.counterOffset(hash));
        long cleared = region.getLongAcquire(HeaderDescriptor.EPOCH_OFFSET) << 48;
        long outdated = region.getLongAcquire(HeaderDescriptor.COPIES_OFFSET) << 32;
        return instance + cleared + outdated + counter;
    }
}
