package io.cachee.server.engine;

import org.jspecify.annotations.Nullable;

/** Receives what the engine reports to the operator. */
@FunctionalInterface
public interface FailureLog {
    void log(String message, @Nullable Throwable cause);

    /** Reports something that is not a failure. */
    default void info(String message) {
        log(message, null);
    }
}
