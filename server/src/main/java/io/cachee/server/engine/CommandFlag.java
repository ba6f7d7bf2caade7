package io.cachee.server.engine;

import java.util.Locale;

/** A flag of a command, by Redis's name and in Redis's order. */
public enum CommandFlag {
    WRITE,
    READONLY,
    DENYOOM,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    BLOCKING,
    LOADING,
    STALE,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    ASKING,
    FAST,
    NO_AUTH,
    NO_ASYNC_LOADING,
    NO_MULTI,
    MOVABLEKEYS,
    ALLOW_BUSY,
    NO_MANDATORY_KEYS;

    String displayName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
