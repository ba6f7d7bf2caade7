package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The only type that touches the store's memory. Offsets are absolute within the region; integers are little-endian.
 *
 * <p>Not final so that tests can record or cut short the sequence of stores: every store a reader in another process
 * could see passes through one of the {@code set}, {@code add}, {@code compareAndSet}, {@code copy} or {@code fill}
 * methods.
 */
class Region {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG_UNALIGNED =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT_UNALIGNED =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT_UNALIGNED =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = LONG.varHandle();
    private static final VarHandle INTS = INT.varHandle();

    private final MemorySegment memory;
    private final long size;

    Region(MemorySegment memory) {
        this.memory = memory;
        this.size = memory.byteSize();
    }

    final long size() {
        return size;
    }

    /** The memory itself, for bulk reads; writes go through this class. */
    final MemorySegment memory() {
        return memory;
    }

    final long getLong(long offset) {
        return memory.get(LONG_UNALIGNED, offset);
    }

    final int getInt(long offset) {
        return memory.get(INT_UNALIGNED, offset);
    }

    final int getShort(long offset) {
        return memory.get(SHORT_UNALIGNED, offset) & 0xffff;
    }

    final int getByte(long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
    }

    final long getLongAcquire(long offset) {
        return (long) LONGS.getAcquire(memory, offset);
    }

    final long getLongOpaque(long offset) {
        return (long) LONGS.getOpaque(memory, offset);
    }

    final int getIntAcquire(long offset) {
        return (int) INTS.getAcquire(memory, offset);
    }

    void setLong(long offset, long value) {
        memory.set(LONG_UNALIGNED, offset, value);
    }

    void setInt(long offset, int value) {
        memory.set(INT_UNALIGNED, offset, value);
    }

    void setShort(long offset, int value) {
        memory.set(SHORT_UNALIGNED, offset, (short) value);
    }

    void setByte(long offset, int value) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    void setLongRelease(long offset, long value) {
        LONGS.setRelease(memory, offset, value);
    }

    void setIntRelease(long offset, int value) {
        INTS.setRelease(memory, offset, value);
    }

    long getAndAddLong(long offset, long delta) {
        return (long) LONGS.getAndAdd(memory, offset, delta);
    }

    void copyIn(MemorySegment source, long sourceOffset, long offset, long length) {
        MemorySegment.copy(source, sourceOffset, memory, offset, length);
    }

    void copyIn(byte[] source, int sourceOffset, long offset, int length) {
        MemorySegment.copy(source, sourceOffset, memory, ValueLayout.JAVA_BYTE, offset, length);
    }

    void fillZero(long offset, long length) {
        memory.asSlice(offset, length).fill((byte) 0);
    }

    final void copyOut(long offset, MemorySegment target, long targetOffset, long length) {
        MemorySegment.copy(memory, offset, target, targetOffset, length);
    }

    final void copyOut(long offset, byte[] target, int targetOffset, int length) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, target, targetOffset, length);
    }

    /** Orders every earlier store before every later load and store. */
    void fence() {
        VarHandle.fullFence();
    }
}
