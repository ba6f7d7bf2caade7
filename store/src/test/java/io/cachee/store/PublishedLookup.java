package io.cachee.store;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Reads a region as a reader in another process does, but for the heartbeat: time is what the writer published. */
class PublishedLookup extends Lookup {
    /** How often time was asked for: once for each copy that a read attempts of an entry that expires. */
    int looksAtTheClock;

    PublishedLookup(Region region, Layout layout) {
        super(region, layout, true);
    }

    @Override
    long nowMillis() {
        looksAtTheClock++;
        return region.getLongOpaque(HeaderDescriptor.CLOCK_OFFSET);
    }

    @Override
    void hit(long hash, long slotOffset, long slot, long first) {}

    /** The value's length or a negative answer; the value, as far as it fits, is in {@code target}. */
    final long get(byte[] key, MemorySegment target) {
        return read(key, 0, key.length, keyHash.of(key, 0, key.length), target, 0, target.byteSize(), null);
    }

    final byte @Nullable [] get(byte[] key) {
        byte[] value = new byte[(int) layout.size() / 8];
        long length = get(key, MemorySegment.ofArray(value));
        return length < 0 ? null : java.util.Arrays.copyOf(value, (int) length);
    }
}
