package io.cachee.nearcache;

import java.util.concurrent.atomic.LongAdder;

/** A keyspace: its policy as it is now, and what was counted of it. */
public final class Keyspace {
    private final String name;
    private volatile KeyspacePolicy policy;
    private volatile long validSince = Long.MIN_VALUE;

    public final LongAdder hits = new LongAdder();
    public final LongAdder misses = new LongAdder();
    public final LongAdder loads = new LongAdder();
    /** Loads that a copy answered. */
    public final LongAdder copyLoads = new LongAdder();

    public final LongAdder loadFailures = new LongAdder();
    public final LongAdder staleServed = new LongAdder();
    public final LongAdder negativeHits = new LongAdder();
    /** Askers who were told of a miss later, or not at all, because another was filling the key. */
    public final LongAdder missesHeld = new LongAdder();

    public final LongAdder invalidations = new LongAdder();
    public final LongAdder writes = new LongAdder();
    public final LongAdder refreshes = new LongAdder();
    /** Microseconds that loads took. */
    public final LongAdder loadMicros = new LongAdder();
    /** Bytes of values loaded. */
    public final LongAdder loadedBytes = new LongAdder();

    Keyspace(String name, KeyspacePolicy policy) {
        this.name = name;
        this.policy = policy;
    }

    /** Its name; {@code default} for the one of all keys that have no keyspace of their own. */
    public String name() {
        return name;
    }

    public KeyspacePolicy policy() {
        return policy;
    }

    void policy(KeyspacePolicy changed) {
        policy = changed;
    }

    /** What was kept until then, by the store's clock, is not served any more. It moves whenever that is said. */
    long validSince() {
        return validSince;
    }

    /** Has all that was kept until now be served no more. */
    synchronized void outdate(long now) {
        validSince = Math.max(now, validSince + 1);
    }
}
