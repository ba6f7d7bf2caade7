package io.cachee.nearcache;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** A keyspace: its current policy and its counters. Thread-safe. */
public final class Keyspace {
    private final String name;
    private final Map<KeyspaceCounter, LongAdder> counters = new EnumMap<>(KeyspaceCounter.class);
    private volatile KeyspacePolicy policy;
    private volatile long validSince = Long.MIN_VALUE;

    Keyspace(String name, KeyspacePolicy policy) {
        this.name = name;
        this.policy = policy;
        for (KeyspaceCounter counter : KeyspaceCounter.values()) {
            counters.put(counter, new LongAdder());
        }
    }

    /** The name; {@link Keyspaces#DEFAULT} for the keyspace of all keys that have none of their own. */
    public String name() {
        return name;
    }

    public KeyspacePolicy policy() {
        return policy;
    }

    void policy(KeyspacePolicy changed) {
        policy = changed;
    }

    /** Adds one to a counter. */
    public void count(KeyspaceCounter counter) {
        adder(counter).increment();
    }

    private LongAdder adder(KeyspaceCounter counter) {
        return Objects.requireNonNull(counters.get(counter));
    }

    void add(KeyspaceCounter counter, long amount) {
        adder(counter).add(amount);
    }

    /** The value of a counter since the keyspace was defined. */
    public long sum(KeyspaceCounter counter) {
        return adder(counter).sum();
    }

    /** Values loaded at or before this time of the store's clock are outdated. Each {@link #outdate} increases it. */
    public long validSince() {
        return validSince;
    }

    /** Makes all values that were loaded until now unservable. */
    synchronized void outdate(long now) {
        validSince = Math.max(now, validSince + 1);
    }
}
