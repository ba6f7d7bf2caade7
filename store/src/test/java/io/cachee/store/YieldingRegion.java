package io.cachee.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadLocalRandom;

/** Lets other threads run in the middle of what a store does: operations meet however few processors there are. */
final class YieldingRegion extends Region {
    private static final int STORES_PER_YIELD = 8;

    YieldingRegion(long size) {
        super(Arena.ofAuto().allocate(size, Layout.PAGE));
    }

    /** Time that passes as usual; whoever looks may be overtaken. */
    static final Clock CLOCK = new Clock() {
        @Override
        public long nanoTime() {
            perhapsYield();
            return SYSTEM.nanoTime();
        }

        @Override
        public long wallMillis() {
            return SYSTEM.wallMillis();
        }
    };

    @SuppressWarnings("ThreadPriorityCheck") // Nothing depends on it but how often operations meet.
    private static void perhapsYield() {
        if (ThreadLocalRandom.current().nextInt(STORES_PER_YIELD) == 0) {
            Thread.yield();
        }
    }

    @Override
    void setLong(long offset, long value) {
        perhapsYield();
        super.setLong(offset, value);
    }

    @Override
    void setLongRelease(long offset, long value) {
        perhapsYield();
        super.setLongRelease(offset, value);
    }

    @Override
    long getAndAddLong(long offset, long delta) {
        perhapsYield();
        return super.getAndAddLong(offset, delta);
    }

    @Override
    void copyIn(byte[] source, int sourceOffset, long offset, int length) {
        int half = length / 2;
        super.copyIn(source, sourceOffset, offset, half);
        perhapsYield();
        super.copyIn(source, sourceOffset + half, offset + half, length - half);
    }

    @Override
    void copyIn(MemorySegment source, long sourceOffset, long offset, long length) {
        perhapsYield();
        super.copyIn(source, sourceOffset, offset, length);
    }
}
