package io.cachee.store;

import static io.cachee.store.Slots.BUCKET_BYTES;
import static io.cachee.store.Slots.SLOTS_PER_BUCKET;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the usual entry in a straight line of code, which compiles into few instructions. The entry has a compact
 * record without an expiry and is the first with its tag in its home bucket, and only its value is wanted. The code
 * makes every check of the read protocol ({@link Lookup}), whose search handles all other cases.
 *
 * <p>Tables are found by their addresses in memory instead of their offsets in the region, which saves an addition for
 * each load. An array of bytes is written to as an array, because a segment of it would be checked for bounds, scope
 * and kind.
 */
abstract class FastPathRead {
    static final long UNRESOLVED = -3;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    final Region region;
    private final long base;
    private final long stripes;
    private final long index;
    private final long generations;
    private final int stripeShift;
    private final int segmentShift;
    private final int mostBuckets;
    private final long firstRecord;
    private final long lastRecord;

    FastPathRead(Region region, Layout layout) {
        this.region = region;
        this.base = region.address();
        this.stripes = base + layout.stripesOffset();
        this.index = base + layout.indexOffset();
        this.generations = base + layout.generationsOffset();
        this.stripeShift = 64 - layout.stripeShift();
        this.segmentShift = layout.segmentShift();
        this.mostBuckets = IndexShape.mostBuckets((region.size() - layout.indexOffset()) >>> layout.stripeShift());
        this.firstRecord = layout.indexOffset();
        this.lastRecord = layout.recordsEnd() - RecordDescriptor.COMPACT_BYTES;
    }

    /** Called after each successful read of a value. */
    abstract void hit(long hash, long slotOffset, long slot, long first);

    /**
     * Copies a key's value to {@code target}, an array of bytes or a memory segment that holds {@code capacity} bytes
     * from {@code targetOffset}.
     *
     * @return the value's length, or {@link #UNRESOLVED}
     */
    final long readFast(
            byte[] key, int keyOffset, int keyLength, long hash, Object target, long targetOffset, long capacity) {
        int stripe = (int) (hash >>> stripeShift);
        long tag = Slots.tagOfHash(hash);
        long stripeWord = Region.acquire(stripes + 8L * stripe);
        long epoch = Region.acquire(base + HeaderDescriptor.EPOCH_OFFSET);
        int buckets = IndexShape.buckets(Region.acquire(base + HeaderDescriptor.SHAPE_OFFSET), stripe);
        if (StripeWord.epoch(stripeWord) != (int) epoch || buckets > mostBuckets) {
            return UNRESOLVED;
        }
        long bucket = index + stripe * IndexShape.stripeBytes(buckets) + (long) Slots.home(tag, buckets) * BUCKET_BYTES;
        long slotAddress = bucket + ((tag & SLOTS_PER_BUCKET - 1) << 3);
        long slot = Region.acquire(slotAddress);
        for (int i = 1; Slots.tag(slot) != tag; i++) {
            if (i == SLOTS_PER_BUCKET) {
                return UNRESOLVED;
            }
            slotAddress = bucket + ((tag + i & SLOTS_PER_BUCKET - 1) << 3);
            slot = Region.acquire(slotAddress);
        }
        long offset = Slots.address(slot);
        if (offset < firstRecord || offset > lastRecord) {
            return UNRESOLVED;
        }
        long generationAddress = generations + (offset >>> segmentShift << 3);
        long generation = Region.acquire(generationAddress);
        if (Region.acquire(slotAddress) != slot || (generation & 0xff) != Slots.generation(slot)) {
            return UNRESOLVED;
        }
        long record = base + offset;
        long first = Region.plain(record);
        int valueLength = RecordDescriptor.compactValueLength(first);
        long keyAddress = record + RecordDescriptor.COMPACT_BYTES;
        long end = offset + RecordDescriptor.COMPACT_BYTES + keyLength + valueLength;
        if (!RecordDescriptor.isCompactFor(first, keyLength)
                || valueLength > capacity
                || (offset ^ end - 1) >>> segmentShift != 0
                || !equal(keyAddress, key, keyOffset, keyLength)) {
            return UNRESOLVED;
        }
        Region.copyFrom(keyAddress + keyLength, target, targetOffset, valueLength);
        VarHandle.acquireFence();
        if (Region.acquire(generationAddress) != generation) {
            return UNRESOLVED;
        }
        hit(hash, slotAddress - base, slot, first);
        return valueLength;
    }

    final boolean keyEquals(long offset, byte[] key, int keyOffset, int keyLength) {
        return equal(base + offset, key, keyOffset, keyLength);
    }

    static boolean equal(long address, byte[] key, int keyOffset, int keyLength) {
        if (keyLength >= 8 && keyLength <= 16) {
            return Region.plain(address) == (long) LONGS.get(key, keyOffset)
                    && Region.plain(address + keyLength - 8) == (long) LONGS.get(key, keyOffset + keyLength - 8);
        }
        return equalInALoop(address, key, keyOffset, keyLength);
    }

    private static boolean equalInALoop(long address, byte[] key, int keyOffset, int keyLength) {
        if (keyLength < 8) {
            for (int i = 0; i < keyLength; i++) {
                if (Region.plainByte(address + i) != key[keyOffset + i]) {
                    return false;
                }
            }
            return true;
        }
        int last = keyLength - 8;
        for (int i = 0; i < last; i += 8) {
            if (Region.plain(address + i) != (long) LONGS.get(key, keyOffset + i)) {
                return false;
            }
        }
        return Region.plain(address + last) == (long) LONGS.get(key, keyOffset + last);
    }
}
