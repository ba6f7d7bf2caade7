package io.cachee.bench;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What clients have seen, and which of it must not be. */
final class ProofTally {
    final LongAdder reads = new LongAdder();
    final LongAdder writes = new LongAdder();
    /** Replies that were errors, and connections that were lost: allowed. */
    final LongAdder errors = new LongAdder();

    private final long boundNanos;
    private final LongAccumulator worstNanos = new LongAccumulator(Math::max, 0);
    private final LongAdder outdated = new LongAdder();
    private final LongAdder violations = new LongAdder();
    private final Queue<KeyHistory> uncertain = new ConcurrentLinkedQueue<>();
    private final AtomicLong names = new AtomicLong();

    ProofTally(long boundMillis) {
        this.boundNanos = TimeUnit.MILLISECONDS.toNanos(boundMillis);
    }

    KeyHistory fresh() {
        return new KeyHistory("key" + names.incrementAndGet());
    }

    void gaveUp(KeyHistory history) {
        uncertain.add(history);
    }

    Queue<KeyHistory> uncertain() {
        return uncertain;
    }

    /** Judges a version that was read. */
    void read(KeyHistory history, int version, int own, long began) {
        reads.increment();
        long nanos = history.outdatedNanos(version, began);
        worstNanos.accumulate(nanos);
        if (nanos > 0) {
            outdated.increment();
        }
        if (version < own) {
            violation(history.key + ": a client has read version " + version + " after its own write of " + own);
        }
        if (nanos > boundNanos) {
            violation(history.key + ": version " + version + " was read " + TimeUnit.NANOSECONDS.toMillis(nanos)
                    + " ms after the next one was acknowledged");
        }
    }

    void violation(String what) {
        violations.increment();
        System.out.println("VIOLATION " + what);
    }

    long violations() {
        return violations.sum();
    }

    long worstMillis() {
        return TimeUnit.NANOSECONDS.toMillis(worstNanos.get());
    }

    long outdated() {
        return outdated.sum();
    }
}
