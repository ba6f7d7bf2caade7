package io.cachee.l2;

/** Why a request was not answered. Has no stack trace: in an outage there are many. */
public final class L2Failure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What happened. */
    public enum Kind {
        /** There is no connection to the node now. Nothing was sent. */
        NOT_CONNECTED,
        /** Too many requests wait for a reply already. Nothing was sent. */
        OVERLOADED,
        /** The node has failed too often lately, and is given time. Nothing was sent. */
        BREAKER_OPEN,
        /** No reply came in time. The request may have been carried out. */
        TIMED_OUT,
        /** The connection broke before the reply. The request may have been carried out. */
        CONNECTION_LOST,
        /** A reply came, and was larger than is taken. The request has been carried out. */
        TOO_LARGE,
        /** Nodes of the cluster named each other in turn. Nothing was done. */
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
