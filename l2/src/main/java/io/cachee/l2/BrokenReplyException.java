package io.cachee.l2;

/** What came is no reply. Has no stack trace, and names no values. */
final class BrokenReplyException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenReplyException(String message) {
        super(message, null, false, false);
    }
}
