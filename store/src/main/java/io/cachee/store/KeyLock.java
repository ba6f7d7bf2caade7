package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.StampedLock;

/**
 * Serializes writes to the keys that share it, for the whole of an operation: looking, making room, writing, linking.
 * The reclaimer never takes one, so its holder may wait for the reclaimer.
 *
 * <p>It also holds the key and value of the operation, so that writing allocates nothing.
 */
final class KeyLock extends StampedLock {
    private static final long serialVersionUID = 1L;
    private static final byte[] NO_BYTES = {};

    /** Of the write lock that is held. */
    private long stamp;

    transient byte[] key = NO_BYTES;
    int keyOffset;
    int keyLength;
    long hash;
    long valueLength;
    private transient byte[] valueArray = NO_BYTES;
    private transient MemorySegment valueSegment = MemorySegment.NULL;
    private boolean fromArray;
    private long valueOffset;

    /** The first word of the record that the operation found, or 0. The following fields describe that entry. */
    long foundFirst;

    long foundExpiry;
    long foundValueLength;
    int foundLog;
    /** Whether the key seems to have been evicted recently. */
    boolean remembered;
    /** The sum of what was loaded ahead. Without it the compiler would drop the loads. */
    long touched;

    void acquire() {
        stamp = writeLock();
    }

    /** Waits for the lock and takes up an operation on a key. */
    void acquire(byte[] key, int keyOffset, int keyLength, long hash) {
        acquire();
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

    /** Ends the operation. The caller's key and value are forgotten. */
    void release() {
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
