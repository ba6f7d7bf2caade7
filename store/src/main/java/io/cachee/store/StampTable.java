package io.cachee.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Which stamped values may still be served, for readers in other processes. The region holds the generation in force
 * for each slot of the other server, and the time up to which everything is outdated. The owner changes these words at
 * any time, by one thread; readers compare each value's {@link Stamp} with them.
 */
final class StampTable {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Region region;
    private final long offset;
    private final int mask;

    StampTable(Region region, Layout layout) {
        this.region = region;
        this.offset = layout.vouchersOffset();
        this.mask = layout.voucherCount() - 1;
    }

    private long generationOffset(int slot) {
        return offset + 4L * (slot & mask);
    }

    /** Puts a generation in force for a slot; 0 is none. True when another one was in force, whose values are out. */
    boolean putInForce(int slot, int generation) {
        if (mask < 0) {
            return false; // Values are not stamped.
        }
        int before = region.getInt(generationOffset(slot));
        region.setIntRelease(generationOffset(slot), generation);
        return before != 0 && before != generation;
    }

    /** Outdates values that were loaded up to a time of the store's clock. */
    void outdate(long until) {
        if (until > region.getLong(HeaderDescriptor.VALID_SINCE_OFFSET)) {
            region.setLongRelease(HeaderDescriptor.VALID_SINCE_OFFSET, until);
        }
    }

    /**
     * How long a value may still be served, in milliseconds; 0 if not at all.
     *
     * @param valueLength the value's length without the stamp, which follows it; negative when there is no stamp
     */
    long freshMillis(long valueAddress, long valueLength, long nowMillis) {
        if (valueLength < 0) {
            return 0;
        }
        long stamp = valueAddress + valueLength;
        return judge(region.getLong(stamp), region.getLong(stamp + 8), region.getLong(stamp + 16), nowMillis);
    }

    /** As above, of a stamp that was copied. */
    long freshMillis(byte[] stamp, long nowMillis) {
        return judge((long) LONGS.get(stamp, 0), (long) LONGS.get(stamp, 8), (long) LONGS.get(stamp, 16), nowMillis);
    }

    private long judge(long first, long second, long third, long nowMillis) {
        long freshUntil = Stamp.freshUntil(first);
        boolean isValid = Stamp.isValue(second)
                && freshUntil - Stamp.lifetime(third) > region.getLongAcquire(HeaderDescriptor.VALID_SINCE_OFFSET);
        int generation = region.getIntAcquire(generationOffset(Stamp.slot(second)));
        boolean isVouchedFor = generation != 0 && generation == Stamp.generation(third);
        return isValid && isVouchedFor ? Math.max(0, freshUntil - nowMillis) : 0;
    }
}
