package io.cachee.simulate;

import io.cachee.store.Eviction;

/**
 * The settings of a comparison.
 *
 * @param trace the requests
 * @param eviction the store's policy
 * @param capacity how large the caches are
 * @param valueBytes the size of all values, or {@link #AS_TRACED}
 */
public record Setup(Trace trace, Eviction eviction, Capacity capacity, long valueBytes) {
    /** As a size of values: what the trace says; where it says nothing, a size that suits the capacity. */
    public static final long AS_TRACED = -1;
    /** The default size of values in a region of a given size. */
    public static final long DEFAULT_VALUE_BYTES = 100;

    /** How large the caches are: in what the store takes, or in what it holds. */
    public sealed interface Capacity {}

    /**
     * The store's region has a given number of bytes.
     *
     * @param bytes from 1 MiB to 64 GiB
     */
    public record Memory(long bytes) implements Capacity {}

    /**
     * The store holds a given number of entries, all of one size, whatever the trace says.
     *
     * @param count at least 1
     */
    public record Entries(long count) implements Capacity {}
}
