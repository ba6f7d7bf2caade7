package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The only type that touches the store's memory. Offsets are absolute within the region; integers are little-endian.
 *
 * <p>It is not final, so that tests can record the sequence of stores or cut it short: every store that a reader in
 * another process could see passes through one of the {@code set}, {@code getAndAdd}, {@code copyIn} or {@code fill}
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

    /**
     * All of the address space. The JIT compiler knows its bounds; those of a segment in a field would be loaded and
     * checked at every access. Reads stay within the region because callers check every length and address before they
     * use it.
     */
    private static final MemorySegment ALL = everything();

    /**
     * No address has more bits. Masking one, which changes nothing, tells the compiler that it lies within {@link
     * #ALL}, and {@link #ALIGNED} that it is aligned: it leaves out the checks at every load.
     */
    private static final long ADDRESSES = (1L << 56) - 1;

    private static final long ALIGNED = ADDRESSES & -8L;

    /** Keeps the memory mapped as long as this region is reachable. Readers must keep it reachable while they read. */
    private final MemorySegment memory;

    private final long base;
    private final long size;

    Region(MemorySegment memory) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("a region needs native memory");
        }
        this.memory = memory;
        this.base = memory.address();
        this.size = memory.byteSize();
    }

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    final long size() {
        return size;
    }

    /** The memory itself, for bulk reads; writes go through this class. */
    final MemorySegment memory() {
        return memory;
    }

    final long getLong(long offset) {
        return ALL.get(LONG_UNALIGNED, base + offset & ADDRESSES);
    }

    /**
     * Where the memory begins. Callers of the methods that take addresses keep it in a local variable: after each
     * ordered load the compiler reads fields anew, but not local variables.
     */
    final long address() {
        return base;
    }

    static long acquire(long address) {
        return (long) LONGS.getAcquire(ALL, address & ALIGNED);
    }

    static long plain(long address) {
        return ALL.get(LONG_UNALIGNED, address & ADDRESSES);
    }

    static byte plainByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address & ADDRESSES);
    }

    /** Copies from an address to an array of bytes or a memory segment. Only the bounds of the target are checked. */
    static void copyFrom(long address, Object target, long targetOffset, long length) {
        if (target instanceof byte[] array) {
            MemorySegment.copy(
                    ALL, ValueLayout.JAVA_BYTE, address & ADDRESSES, array, (int) targetOffset, (int) length);
        } else {
            MemorySegment.copy(ALL, address & ADDRESSES, (MemorySegment) target, targetOffset, length);
        }
    }

    /** How much an array of bytes or a memory segment holds. */
    static long sizeOf(Object target) {
        return target instanceof byte[] array ? array.length : ((MemorySegment) target).byteSize();
    }

    final int getInt(long offset) {
        return ALL.get(INT_UNALIGNED, base + offset & ADDRESSES);
    }

    final int getShort(long offset) {
        return ALL.get(SHORT_UNALIGNED, base + offset & ADDRESSES) & 0xffff;
    }

    final int getByte(long offset) {
        return ALL.get(ValueLayout.JAVA_BYTE, base + offset & ADDRESSES) & 0xff;
    }

    final long getLongAcquire(long offset) {
        return (long) LONGS.getAcquire(ALL, base + offset & ALIGNED);
    }

    final long getLongOpaque(long offset) {
        return (long) LONGS.getOpaque(ALL, base + offset & ALIGNED);
    }

    final int getIntAcquire(long offset) {
        return (int) INTS.getAcquire(ALL, base + offset);
    }

    void setLong(long offset, long value) {
        ALL.set(LONG_UNALIGNED, base + offset, value);
    }

    void setInt(long offset, int value) {
        ALL.set(INT_UNALIGNED, base + offset, value);
    }

    void setShort(long offset, int value) {
        ALL.set(SHORT_UNALIGNED, base + offset, (short) value);
    }

    void setByte(long offset, int value) {
        ALL.set(ValueLayout.JAVA_BYTE, base + offset, (byte) value);
    }

    void setLongRelease(long offset, long value) {
        LONGS.setRelease(ALL, base + offset, value);
    }

    void setIntRelease(long offset, int value) {
        INTS.setRelease(ALL, base + offset, value);
    }

    long getAndAddLong(long offset, long delta) {
        return (long) LONGS.getAndAdd(ALL, base + offset, delta);
    }

    void copyIn(MemorySegment source, long sourceOffset, long offset, long length) {
        MemorySegment.copy(source, sourceOffset, memory, offset, length);
    }

    void copyIn(byte[] source, int sourceOffset, long offset, int length) {
        MemorySegment.copy(source, sourceOffset, ALL, ValueLayout.JAVA_BYTE, base + offset, length);
    }

    void fillZero(long offset, long length) {
        memory.asSlice(offset, length).fill((byte) 0);
    }

    /** Copies to an array of bytes or a memory segment. The bounds of the region are not checked. */
    final void copyValue(long offset, Object target, long targetOffset, long length) {
        copyFrom(base + offset, target, targetOffset, length);
    }

    final void copyOut(long offset, byte[] target, int targetOffset, int length) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, target, targetOffset, length);
    }

    /** Orders every earlier store before every later load and store. */
    void fence() {
        VarHandle.fullFence();
    }
}
