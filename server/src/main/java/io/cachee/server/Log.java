package io.cachee.server;

import io.cachee.server.engine.FailureLog;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The sidecar's log: one line for each event. Control characters are escaped. */
public final class Log implements FailureLog {
    private final PrintStream out;

    public Log(PrintStream out) {
        this.out = out;
    }

    @Override
    public void info(String message) {
        line("INFO", message);
    }

    public void warn(String message) {
        line("WARN", message);
    }

    /** Logs a failure: as an error if there is a cause, which is a fault of the sidecar, else as a warning. */
    @Override
    public void log(String message, @Nullable Throwable cause) {
        if (cause == null) {
            warn(message);
        } else {
            error(message, cause);
        }
    }

    public void error(String message, @Nullable Throwable cause) {
        line("ERROR", cause == null ? message : message + ": " + cause);
        if (cause != null) {
            StringWriter trace = new StringWriter();
            cause.printStackTrace(new PrintWriter(trace, true));
            // Indented, so that an exception's message cannot look like a line of the log.
            out.println(trace.toString()
                    .lines()
                    .map(line -> "    " + escaped(line))
                    .collect(Collectors.joining(System.lineSeparator())));
        }
    }

    private void line(String level, String message) {
        out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + escaped(message));
    }

    /** Replaces characters that a terminal or a log reader could interpret by visible ones. */
    static String escaped(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character <= 0xff && Character.isISOControl(character)) {
                line.append(String.format("\\x%02x", (int) character));
            } else if (isInvisible(character)) {
                line.append(String.format("\\u%04x", (int) character));
            } else {
                line.append(character);
            }
        }
        return line.toString();
    }

    /** Whether a character separates lines or changes the direction of text. */
    private static boolean isInvisible(char character) {
        return switch (Character.getType(character)) {
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.FORMAT -> true;
            default -> false;
        };
    }
}
