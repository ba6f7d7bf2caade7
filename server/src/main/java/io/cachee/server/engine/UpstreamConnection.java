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

    /** The sidecar has refused a command: if a transaction is open, it must fail. */
    void refused();

    /** Closes it. */
    void close();
}
