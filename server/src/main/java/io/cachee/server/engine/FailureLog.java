package io.cachee.server.engine;

import org.jspecify.annotations.Nullable;

/** Where the engine reports what no client is told. */
@FunctionalInterface
public interface FailureLog {
    void log(String message, @Nullable Throwable cause);

    /** What is no failure, but worth knowing. */
    default void info(String message) {
        log(message, null);
    }
}
