package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.StampedLock;

/**
 * Serializes writes to the keys that share it, for the whole of an operation: looking, making room, writing, linking.
 * The reclaimer never takes one, so its holder may wait for the reclaimer.
 *
 * <p>It also carries what the operation works on, so that writing creates no garbage.
 */
final class KeyLock extends StampedLock {
    private static final long serialVersionUID = 1L;
    private static final byte[] NO_BYTES = {};

    transient byte[] key = NO_BYTES;
    int keyOffset;
    int keyLength;
    long hash;
    long valueLength;
    private transient byte[] valueArray = NO_BYTES;
    private transient MemorySegment valueSegment = MemorySegment.NULL;
    private boolean fromArray;
    private long valueOffset;

    /** The entry that the operation found: its record's first word (0 when there is none) and what goes with it. */
    long foundFirst;

    long foundExpiry;
    long foundValueLength;
    int foundLog;
    /** Whether the key seems to have been evicted lately. */
    boolean remembered;
    /** Keeps the compiler from dropping looks into memory that are there to be early. */
    long touched;

    void aim(byte[] key, int keyOffset, int keyLength, long hash) {
        this.key = key;
        this.keyOffset = keyOffset;
        this.keyLength = keyLength;
        this.hash = hash;
    }

    void value(byte[] value, int offset, int length) {
        valueArray = value;
        valueOffset = offset;
        valueLength = length;
        fromArray = true;
    }

    void value(MemorySegment value, long offset, long length) {
        valueSegment = value;
        valueOffset = offset;
        valueLength = length;
        fromArray = false;
    }

    /** Lets go of the caller's key and value. */
    void release(long stamp) {
        key = NO_BYTES;
        valueArray = NO_BYTES;
        valueSegment = MemorySegment.NULL;
        unlockWrite(stamp);
    }

    void copyValue(Region region, long from, long address, long length) {
        if (fromArray) {
            region.copyIn(valueArray, (int) (valueOffset + from), address, (int) length);
        } else {
            region.copyIn(valueSegment, valueOffset + from, address, length);
        }
    }

    boolean found() {
        return foundFirst != 0;
    }
}
