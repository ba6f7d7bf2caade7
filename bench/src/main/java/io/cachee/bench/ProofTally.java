package io.cachee.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What clients have seen, and which of it must not be. */
final class ProofTally {
    private static final int VIOLATIONS_TOLD_MAX = 20;

    final LongAdder reads = new LongAdder();
    final LongAdder writes = new LongAdder();
    /** Replies that were errors, and connections that were lost: allowed. */
    final LongAdder errors = new LongAdder();
    /** Acknowledged versions that L2 itself has lost. */
    final LongAdder lost = new LongAdder();

    private final long boundNanos;
    private final LongAccumulator worstNanos = new LongAccumulator(Math::max, 0);
    private final LongAdder unjudged = new LongAdder();
    private final LongAdder outdated = new LongAdder();
    private final LongAdder violations = new LongAdder();

    ProofTally(long boundMillis) {
        this.boundNanos = TimeUnit.MILLISECONDS.toNanos(boundMillis);
    }

    /**
     * Judges a version that was read.
     *
     * @param term of the key's history when the read began
     * @param own the last version that the reader himself had acknowledged in this term
     */
    void read(KeyHistory history, int version, int own, long began, int term) {
        long nanos = history.outdatedNanos(version, began, term);
        if (nanos < 0) {
            unjudged.increment();
            return;
        }
        reads.increment();
        worstNanos.accumulate(nanos);
        if (nanos > 0) {
            outdated.increment();
        }
        if (version < own) {
            violation(history.key + ": a client has read version " + version + " after its own write of " + own);
        }
        if (nanos > boundNanos) {
            violation(history.key + ": version " + version + " was read " + TimeUnit.NANOSECONDS.toMillis(nanos)
                    + " ms after L2 had another");
        }
    }

    void violation(String what) {
        violations.increment();
        if (violations.sum() <= VIOLATIONS_TOLD_MAX) {
            System.out.println("VIOLATION " + what);
        }
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

    /** Reads while nobody knew what L2 has. */
    long unjudged() {
        return unjudged.sum();
    }
}
