package io.cachee.l2;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What vouches for values, for each slot; the same for all where there is no cluster. Written by the link's event loop,
 * read by any thread. No number is given twice, and 0 is none.
 */
final class Generations {
    static final int NONE = 0;

    private final AtomicIntegerArray slots;
    private final int mask;
    private int last;

    /** @param count of slots, a power of two */
    Generations(int count) {
        slots = new AtomicIntegerArray(count);
        mask = count - 1;
    }

    int count() {
        return mask + 1;
    }

    int of(int slot) {
        return slots.get(slot & mask);
    }

    void set(int slot, int generation) {
        slots.set(slot & mask, generation);
    }

    int fresh() {
        last++;
        if (last == NONE) {
            throw new IllegalStateException("all numbers of generations are used up");
        }
        return last;
    }
}
