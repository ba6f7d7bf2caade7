package io.cachee.bench;

import java.util.concurrent.atomic.LongAdder;

/** Counters of the clients of all pods. */
final class CatalogTally {
    private static final int MOST_SHOWN = 10;

    final LongAdder reads = new LongAdder();
    final LongAdder writes = new LongAdder();
    /** Requests that were answered by an error, which is no wrong value. */
    final LongAdder errors = new LongAdder();

    private int problems;

    synchronized void problem(String text) {
        if (++problems <= MOST_SHOWN) {
            System.out.println("WRONG: " + text);
        }
    }

    synchronized int problems() {
        return problems;
    }
}
