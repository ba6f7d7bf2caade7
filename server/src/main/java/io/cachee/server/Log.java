package io.cachee.server;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What the sidecar says while it runs: a line for each event. Control characters are escaped. */
final class Log {
    private final PrintStream out;

    Log(PrintStream out) {
        this.out = out;
    }

    void info(String message) {
        line("INFO", message);
    }

    void warn(String message) {
        line("WARN", message);
    }

    /** Something that went wrong: an error when it is the sidecar's own, a warning when a client is to blame. */
    void problem(String message, @Nullable Throwable cause) {
        if (cause == null) {
            warn(message);
        } else {
            error(message, cause);
        }
    }

    void error(String message, @Nullable Throwable cause) {
        line("ERROR", message);
        if (cause != null) {
            cause.printStackTrace(out);
        }
    }

    private void line(String level, String message) {
        out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + escaped(message));
    }

    private static String escaped(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character < ' ' || character == 127) {
                line.append(String.format("\\x%02x", (int) character));
            } else {
                line.append(character);
            }
        }
        return line.toString();
    }
}
