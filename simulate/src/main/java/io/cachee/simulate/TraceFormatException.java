package io.cachee.simulate;

import java.io.IOException;
import java.nio.file.Path;

/** A line of a trace is not a request. The message names the file, the line and its text. */
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
