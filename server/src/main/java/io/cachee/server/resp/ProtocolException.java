package io.cachee.server.resp;

/** A client broke the protocol; the message goes to it as {@code -ERR Protocol error: ...}, and it is disconnected. */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    ProtocolException(String message) {
        super(message, null, false, false);
    }
}
