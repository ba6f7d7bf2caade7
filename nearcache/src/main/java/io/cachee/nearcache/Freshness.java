package io.cachee.nearcache;

import io.cachee.store.Stamp;
import java.util.function.DoubleSupplier;

/**
 * Judges what was found in L1. A value is fresh while the generation that it was loaded in vouches for its slot and its
 * time has not come; after that it may be stale for as long as its keyspace says, and no longer.
 */
final class Freshness {
    private final EndedGenerations vouchers;
    /** Uniform in [0, 1). */
    private final DoubleSupplier random;

    Freshness(EndedGenerations vouchers, DoubleSupplier random) {
        this.vouchers = vouchers;
        this.random = random;
    }

    /** Judges a stamp by the generation of its slot now, and since when values of its keyspace are valid. */
    Verdict judge(Stamp stamp, KeyspacePolicy policy, long validSince, int generation, long now) {
        if (stamp.kind() == Stamp.Kind.NONE || stamp.loadedAt() <= validSince) {
            return Verdict.GONE;
        }
        boolean vouched = generation != 0 && stamp.generation() == generation;
        if (vouched && now < stamp.freshUntil()) {
            return isDue(stamp, policy, now) ? Verdict.REFRESH : Verdict.FRESH;
        }
        if (stamp.isAbsent() || policy.consistency() == KeyspacePolicy.Consistency.STRONG) {
            return Verdict.GONE;
        }
        long end = vouched ? stamp.freshUntil() : Math.min(stamp.freshUntil(), vouchers.endOf(stamp.generation()));
        return end >= 0 && now - end < policy.staleIfError() ? Verdict.STALE : Verdict.GONE;
    }

    /** Whether it should be loaded anew already: its soft time has come, or chance (XFetch) says that it is near. */
    private boolean isDue(Stamp stamp, KeyspacePolicy policy, long now) {
        if (policy.softTtl() > 0 && now - stamp.loadedAt() >= policy.softTtl()) {
            return true;
        }
        if (policy.earlyRefresh() <= 0) {
            return false;
        }
        double early = Math.max(1, stamp.loadMillis()) * policy.earlyRefresh() * -Math.log(1 - random.getAsDouble());
        return now + early >= stamp.freshUntil();
    }
}
