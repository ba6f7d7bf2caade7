package io.cachee.server.engine;

import java.util.Locale;

/** A property of a command for which Redis has no flag. In the table's text: lower case, with hyphens. */
public enum Trait {
    /** Exists in Cachee only. */
    OURS,
    /** Usually takes very little time, although Redis does not flag it as fast. */
    BRIEF,
    /** Runs while no other event loop runs commands, because it changes several keys, or all, in one step. */
    EXCLUSIVE,
    /** Runs immediately even within MULTI. */
    UNQUEUED,
    /** Runs in the sidecar even while replies to earlier requests are pending. */
    ANY_TIME,
    /** Runs in the sidecar, unless a transaction is open in L2: then it is sent there as a part of it. */
    IN_TRANSACTION,
    /** A client that uses RESP2 may run it while it has subscriptions. */
    WHILE_SUBSCRIBED,
    /** CLIENT PAUSE never delays it. */
    UNPAUSED,
    /** CLIENT PAUSE WRITE delays it, although it writes no key. */
    PAUSED_AS_WRITE,
    /** Leaves the effect of CLIENT CACHING to the next command. */
    KEEPS_CACHING,
    /** May write keys that the key specifications do not find, as scripts do. */
    WRITES_UNNAMED,
    /** Uses keys that the key specifications do not find, so only users who may access all keys may run it. */
    HIDES_KEYS,
    /**
     * Runs a script in L2, as the sidecar: the rules of the user cannot be applied to what the script does. Only for
     * users who may access all keys and run all commands, or whose rules allow scripts by name.
     */
    RUNS_SCRIPTS,
    /** Replaces or removes everything in a database. */
    CHANGES_ALL,
    /** Changes the server itself, not its data: sent to L2 only where the sidecar's operator allows it (--l2-admin). */
    L2_ADMIN,
    /** Accesses a database other than the client's. */
    CROSSES_DATABASES,
    /** Is split by slots when it is forwarded to a cluster. */
    SPLITS,
    /** All its arguments are channels. */
    CHANNELS,
    /** Its first argument is a channel. */
    CHANNEL,
    /** All its arguments are patterns of channels. */
    CHANNEL_PATTERNS;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
