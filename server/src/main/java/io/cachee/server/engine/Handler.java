package io.cachee.server.engine;

/** Runs a command: reads the request and writes the reply. Runs on an event loop, so it must not block. */
@FunctionalInterface
public interface Handler {
    void handle(CommandContext call);
}
