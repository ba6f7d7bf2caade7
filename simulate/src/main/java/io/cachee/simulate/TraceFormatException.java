package io.cachee.simulate;

import java.io.IOException;
import java.nio.file.Path;

/** A trace has a line that is not a request; the message names file, line and text. */
public final class TraceFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long line;

    TraceFormatException(Path file, long line, String problem) {
        super(file + ":" + line + ": " + problem);
        this.line = line;
    }

    /** The number of the line, from 1. */
    public long line() {
        return line;
    }
}
