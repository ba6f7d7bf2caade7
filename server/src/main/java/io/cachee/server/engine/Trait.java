package io.cachee.server.engine;

/** What else a row may say of a command. In the table's text: lower case, with hyphens. */
public enum Trait {
    /** Redis has no such command. */
    OURS,
    /** Mostly takes hardly any time, though Redis does not call it fast. */
    BRIEF,
    /** Runs while no other event loop runs a command: it touches several keys, or all, as one step. */
    EXCLUSIVE,
    /** Runs at once even within MULTI. */
    UNQUEUED,
    /** Runs in the sidecar at any time, even while replies to earlier requests are still to come. */
    ANY_TIME,
    /** Runs in the sidecar, but travels to L2 as part of a transaction that is open there. */
    IN_TRANSACTION,
    /** A subscriber of the old protocol may run it. */
    WHILE_SUBSCRIBED,
    /** CLIENT PAUSE never holds it. */
    UNPAUSED,
    /** CLIENT PAUSE WRITE holds it, though it writes no key. */
    PAUSED_AS_WRITE,
    /** Leaves what CLIENT CACHING said in force for the next command. */
    KEEPS_CACHING,
    /** May write keys that its arguments do not name, as scripts do. */
    WRITES_UNNAMED,
    /** Uses keys that its arguments do not name: only a user with all keys may run it. */
    HIDES_KEYS,
    /** Afterwards nothing of a database is as it was. */
    CHANGES_ALL,
    /** Reaches into another database than the client's. */
    CROSSES_DATABASES,
    /** Is split by slots where it is forwarded to a cluster. */
    SPLITS,
    /** Its arguments are channels, from the first on. */
    CHANNELS,
    /** Its first argument is a channel. */
    CHANNEL,
    /** Its arguments are patterns of channels. */
    CHANNEL_PATTERNS
}
