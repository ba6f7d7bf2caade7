package io.cachee.nearcache;

/** What is counted for each keyspace. */
public enum KeyspaceCounter {
    HITS,
    MISSES,
    LOADS,
    /** Loads that a copy of a hot key answered. */
    COPY_LOADS,
    /** Loads that L2 did not answer. */
    LOAD_FAILURES,
    /** The total time of loads in microseconds. */
    LOAD_MICROS,
    /** The total size of the loaded values. */
    LOADED_BYTES,
    STALE_SERVED,
    NEGATIVE_HITS,
    /** Readers who waited for another client to write a missing key. */
    MISSES_HELD,
    INVALIDATIONS,
    WRITES,
    REFRESHES
}
