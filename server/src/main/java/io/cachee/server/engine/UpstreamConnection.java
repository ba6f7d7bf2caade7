package io.cachee.server.engine;

/** A client's own connection to L2. Methods are called on the client's event loop, unless they say "any thread". */
public interface UpstreamConnection {
    /** Whether a transaction is open on it. */
    boolean isInTransaction();

    /** Whether the client needs it for subscriptions or for MONITOR. Any thread. */
    boolean listens();

    /** Whether L2 has confirmed subscriptions on it. */
    boolean hasSubscriptions();

    /** Whether the client needs it for subscriptions. Any thread. */
    boolean isSubscribed();

    /** Whether a command blocks on it, such as BLPOP. Any thread. */
    boolean isBlocked();

    /**
     * Ends the wait of the command that blocks on it. May be called by another client, on that client's event loop.
     *
     * @param withError whether the command ends with an error, and not as if its time were over
     * @param by who gets the reply: 1 if there was such a command, otherwise 0
     */
    void unblock(boolean withError, Session by, PendingReply place);

    /** The sidecar has refused a command: if a transaction is open, it must fail. */
    void refused();

    /** Closes it. */
    void close();
}
