package io.cachee.server.engine;

/** A client's own connection to the server behind the sidecar, while the client needs one. */
public interface UpstreamConnection {
    /** Whether a transaction is open on it. Call on the client's event loop. */
    boolean isInTransaction();

    /** Whether it is kept for messages or for watching all commands. From any thread. */
    boolean listens();

    /** Whether subscriptions are confirmed on it. Call on the client's event loop. */
    boolean hasSubscriptions();

    /** Whether it is kept for messages. From any thread. */
    boolean isSubscribed();

    /** Whether a command waits there, such as BLPOP. */
    boolean isBlocked();

    /** A command was refused here: the transaction that is open on it, if there is one, must fail. */
    void refused();

    /** Ends it. Call on the client's event loop. */
    void close();
}
