package io.cachee.nearcache;

import io.cachee.store.Stamp;
import java.util.function.DoubleSupplier;

/**
 * Decides what may be done with a value found in L1. A value is fresh while the generation that it was loaded in is in
 * force for its slot and its lifetime has not passed. After that it is stale, and may be served for as long as its
 * keyspace allows. Thread-safe.
 */
final class Freshness {
    private final EndedGenerations ended;
    /** Uniform in [0, 1). */
    private final DoubleSupplier random;

    Freshness(EndedGenerations ended, DoubleSupplier random) {
        this.ended = ended;
        this.random = random;
    }

    /**
     * Judges a stamp.
     *
     * @param validSince values of the keyspace loaded at or before this time are outdated
     * @param generation in force for the value's slot now; 0 for none
     */
    Verdict judge(Stamp stamp, KeyspacePolicy policy, long validSince, int generation, long now) {
        if (stamp.kind() == Stamp.Kind.NONE || stamp.loadedAt() <= validSince) {
            return Verdict.GONE;
        }
        boolean isInForce = generation != 0 && stamp.generation() == generation;
        if (isInForce && now < stamp.freshUntil()) {
            return isDue(stamp, policy, now) ? Verdict.REFRESH : Verdict.FRESH;
        }
        if (stamp.isAbsent() || policy.consistency() == KeyspacePolicy.Consistency.STRONG) {
            return Verdict.GONE;
        }
        long end = isInForce ? stamp.freshUntil() : Math.min(stamp.freshUntil(), ended.endOf(stamp.generation()));
        return end >= 0 && now - end < policy.staleIfErrorMillis() ? Verdict.STALE : Verdict.GONE;
    }

    /** Whether to reload a fresh value: it is older than the soft TTL, or XFetch's random choice fell on it. */
    private boolean isDue(Stamp stamp, KeyspacePolicy policy, long now) {
        if (policy.softTtlMillis() > 0 && now - stamp.loadedAt() >= policy.softTtlMillis()) {
            return true;
        }
        if (policy.earlyRefresh() <= 0) {
            return false;
        }
        double early = Math.max(1, stamp.loadMillis()) * policy.earlyRefresh() * -Math.log(1 - random.getAsDouble());
        return now + early >= stamp.freshUntil();
    }
}
