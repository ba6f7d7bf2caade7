package io.cachee.store;

/**
 * An index slot: {@code tag 20 | generation 8 | address 36}. Zero is an empty slot. The tag is the part of the key's
 * hash that chooses the home bucket within a stripe, so a bucket can be moved without looking at its records.
 */
final class Slots {
    static final int TAG_BITS = 20;
    static final int ADDRESS_BITS = 36;
    static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
    static final int TAG_SHIFT = 44;
    static final int SLOTS_PER_BUCKET = 8;
    static final int BUCKET_BYTES = 64;
    /** An entry lies at most this many buckets after its home bucket. */
    static final int MAX_DISPLACEMENT = 7;

    private Slots() {}

    static long pack(long tag, long generation, long address) {
        return tag << TAG_SHIFT | (generation & 0xff) << ADDRESS_BITS | address;
    }

    static long tag(long word) {
        return word >>> TAG_SHIFT;
    }

    static long generation(long word) {
        return word >>> ADDRESS_BITS & 0xff;
    }

    static long address(long word) {
        return word & ADDRESS_MASK;
    }

    static long withoutGeneration(long word) {
        return word & ~(0xffL << ADDRESS_BITS);
    }

    static long tagOfHash(long hash) {
        return hash >>> 24 & (1 << TAG_BITS) - 1;
    }

    static int home(long tag, int buckets) {
        return (int) (tag * buckets >>> TAG_BITS);
    }
}
