package io.cachee.bench;

import java.util.concurrent.atomic.LongAdder;

/** What the clients of all pods have seen. */
final class CatalogTally {
    private static final int MOST_SHOWN = 10;

    final LongAdder reads = new LongAdder();
    final LongAdder writes = new LongAdder();
    /** Requests that were answered by an error: nobody was told anything wrong. */
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
