package io.cachee.l2;

/** Why a request has no reply. Has no stack trace: an outage causes many. */
public final class L2Failure extends Exception {
    private static final long serialVersionUID = 1L;

    /** The kinds of failure. */
    public enum Kind {
        /** There is no connection to the node. Nothing was sent. */
        NOT_CONNECTED,
        /** Too many requests are in flight. Nothing was sent. */
        OVERLOADED,
        /** The node's circuit breaker is open. Nothing was sent. */
        BREAKER_OPEN,
        /** No reply came in time. The request may have run. */
        TIMED_OUT,
        /** The connection broke before the reply. The request may have run. */
        CONNECTION_LOST,
        /** The reply was too large, and was dropped. The request has run. */
        TOO_LARGE,
        /** The nodes of the cluster redirected it too often. It did not run. */
        REDIRECTED_TOO_OFTEN
    }

    private final Kind kind;

    L2Failure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
