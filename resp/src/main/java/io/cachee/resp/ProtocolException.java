package io.cachee.resp;

/**
 * The other side has broken the protocol. A client is sent the message as {@code -ERR Protocol error: ...} and
 * disconnected. Has no stack trace, and names no values.
 */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what was wrong */
    public ProtocolException(String message) {
        super(message, null, false, false);
    }
}
