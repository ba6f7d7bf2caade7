package io.cachee.server.engine;

/** What a command means to those who answer it: the few that the engine or the routing before an L2 must tell apart. */
public enum Role {
    // L1_READ: what is read of a value.
    VALUE,
    VALUES,
    EXISTENCE,
    LENGTH,
    RANGE,
    TTL_SECONDS,
    TTL_MILLIS,
    EXPIRY,

    // KEYSPACE_WRITE: where the value and its time to live stand.
    SET,
    SET_FOR_SECONDS,
    SET_FOR_MILLIS,

    // What a command does to its connection.
    OPENS_TRANSACTION,
    RUNS_TRANSACTION,
    DROPS_TRANSACTION,
    WATCHES,
    UNWATCHES,
    SELECTS,
    SUBSCRIBES,
    UNSUBSCRIBES,
    MONITORS,
    ENDS_SESSION,

    /** Removes all keys, which needs permission. */
    FLUSHES,
    /** Reads or changes settings, of which L2 has some. */
    SETTINGS,
    /** The cache's own, in L2. */
    LEASES,
    FILLS,
    RELEASES,
    PURGES,

    /** Tells of the table of commands. */
    COMMAND_TABLE,
    COMMAND_COUNT,
    COMMAND_INFO,
    COMMAND_NAMES,
    COMMAND_KEYS
}
