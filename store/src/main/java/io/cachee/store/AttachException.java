package io.cachee.store;

import java.io.IOException;

/** Thrown when a file cannot be attached for reading. Programs can act on its {@link #reason}. */
public final class AttachException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why attaching failed. */
    public enum Reason {
        /** There is no file. */
        ABSENT,
        /** The writer is still preparing the file, or has closed it. */
        NOT_READY,
        /** The file is something else. */
        NOT_A_STORE,
        /** Written in a format that this reader does not understand. */
        WRONG_VERSION,
        /** Written on a machine of the other byte order. */
        WRONG_ENDIANNESS,
        /** Shorter than a store, or than its header says. */
        TOO_SHORT,
        /** The header contradicts itself. */
        CORRUPT_HEADER,
        /** The writer's clock stands still: it is dead, stopped or starved. */
        STALE_HEARTBEAT,
        /** The file belongs to a user that this reader does not trust. */
        FOREIGN_OWNER,
        /** The file may not be read, is a link, or is not a regular file. */
        UNREADABLE
    }

    private final Reason reason;

    AttachException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    AttachException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    AttachException at(java.nio.file.Path path) {
        return new AttachException(reason, path + ": " + getMessage(), this);
    }

    /** Why attaching failed. */
    public Reason reason() {
        return reason;
    }
}
