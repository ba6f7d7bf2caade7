package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What can be read of a store, whether by its own process ({@link Store}) or by another ({@link StoreReader}). */
public abstract sealed class StoreView implements AutoCloseable permits Store, StoreReader {
    /** Returned by reads that find nothing. */
    public static final long MISS = Lookup.MISS;

    StoreView() {}

    /**
     * Copies a key's value to {@code target}.
     *
     * @return the value's length, or {@link #MISS}; when it exceeds {@code capacity}, nothing was copied
     */
    public final long get(byte[] key, int keyOffset, int keyLength, byte[] target, int targetOffset, int capacity) {
        return copy(key, keyOffset, keyLength, target, targetOffset, capacity, null);
    }

    /** As above, and describes the entry in {@code info}, if there is one. */
    public final long get(
            byte[] key,
            int keyOffset,
            int keyLength,
            byte[] target,
            int targetOffset,
            int capacity,
            @Nullable EntryInfo info) {
        return copy(key, keyOffset, keyLength, target, targetOffset, capacity, info);
    }

    /** As above, to memory of any kind. An array of bytes is faster when passed as such than as its segment. */
    public final long get(
            byte[] key, int keyOffset, int keyLength, MemorySegment target, long targetOffset, long capacity) {
        return copy(key, keyOffset, keyLength, target, targetOffset, capacity, null);
    }

    /** As above, and describes the entry in {@code info}, if there is one. */
    public final long get(
            byte[] key,
            int keyOffset,
            int keyLength,
            MemorySegment target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        return copy(key, keyOffset, keyLength, target, targetOffset, capacity, info);
    }

    /**
     * The value of a key, or null.
     *
     * @throws ArithmeticException if the value is longer than an array can be
     */
    public final byte @Nullable [] get(byte[] key) {
        long expected = expectedLength(key);
        while (true) {
            byte[] value = new byte[Math.toIntExact(expected)];
            long length = get(key, 0, key.length, value, 0, value.length);
            if (length < 0) {
                return null;
            }
            if (length <= value.length) {
                return length == value.length ? value : Arrays.copyOf(value, (int) length);
            }
            expected = length;
        }
    }

    /** As {@link #get}, into an array of bytes or a memory segment. */
    abstract long copy(
            byte[] key,
            int keyOffset,
            int keyLength,
            Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info);

    /** About how long a key's value is. A wrong guess costs another copy, or another read. */
    abstract long expectedLength(byte[] key);

    /** A number that changes with every change of a key. A copy of the value is current as long as it is the same. */
    public abstract long coherence(byte[] key);

    /** Whether a copy of a key's value, made after {@link #coherence} returned {@code counter}, is still current. */
    public boolean isCurrent(byte[] key, long counter) {
        return coherence(key) == counter;
    }

    @Override
    public abstract void close();
}
