package io.cachee.l2;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The generation of each slot: the number of the feed that vouches for its values, or 0. Without a cluster there is one
 * slot. No number is used twice. Written on the link's event loop, read by any thread.
 */
final class Generations {
    static final int NONE = 0;

    private final AtomicIntegerArray slots;
    private final int mask;
    private final Listener listener;
    private int last;

    /** Called for each change. */
    interface Listener {
        void vouches(int slot, int generation);
    }

    /** @param count of slots, a power of two */
    Generations(int count, Listener listener) {
        this.listener = listener;
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
        if (slots.getAndSet(slot & mask, generation) != generation) {
            listener.vouches(slot & mask, generation);
        }
    }

    int fresh() {
        last++;
        if (last == NONE) {
            throw new IllegalStateException("all numbers of generations are used up");
        }
        return last;
    }
}
