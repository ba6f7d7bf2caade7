package io.cachee.server.command;

import java.util.Locale;

/** What is special about a command, in Redis's words. */
enum Flag {
    WRITE,
    READONLY,
    DENYOOM,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    LOADING,
    STALE,
    FAST,
    NO_AUTH,
    NO_MULTI,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    ALLOW_BUSY;

    String displayName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
