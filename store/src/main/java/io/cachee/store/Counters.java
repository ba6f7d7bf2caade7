package io.cachee.store;

import java.util.concurrent.atomic.LongAdder;

/** What the store counts. */
public final class Counters {
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder expirations = new LongAdder();
    final LongAdder refusedAdmissions = new LongAdder();
    final LongAdder refusedForSpace = new LongAdder();
    final LongAdder evictedOnProbation = new LongAdder();
    final LongAdder evictedFromMain = new LongAdder();
    final LongAdder evictedUnderPressure = new LongAdder();
    final LongAdder evictedForIndex = new LongAdder();
}
