package io.cachee.server.engine;

import java.util.Locale;

/**
 * What a command means, where the engine or the routing before an L2 must know. Most commands have no role. In the
 * table's text: lower case, with hyphens.
 */
public enum Role {
    // L1_READ: what is read of the value.
    VALUE,
    VALUES,
    EXISTENCE,
    LENGTH,
    RANGE,
    TTL_SECONDS,
    TTL_MILLIS,
    EXPIRY,

    // KEYSPACE_WRITE: which arguments are the value and its time to live.
    SET,
    SET_FOR_SECONDS,
    SET_FOR_MILLIS,

    // What the command does to its connection.
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

    /** Tells why a read of a key hits or misses, which depends on L2. */
    EXPLAINS,
    /** Removes all keys, which not everyone may do. */
    FLUSHES,
    /** Reads settings, one of which belongs to L2. */
    READS_SETTINGS,
    /** Changes settings, one of which belongs to L2. */
    CHANGES_SETTINGS,

    // Cachee's own commands, whose effects are in L2.
    LEASES,
    FILLS,
    RELEASES,
    PURGES,

    // Describes the table of commands.
    COMMAND_TABLE,
    COMMAND_COUNT,
    COMMAND_INFO,
    COMMAND_NAMES,
    COMMAND_KEYS;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
