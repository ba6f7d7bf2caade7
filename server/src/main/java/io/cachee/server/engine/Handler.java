package io.cachee.server.engine;

/** What a command does: reads the call's request and writes the call's reply. Runs on an event loop; never waits. */
@FunctionalInterface
public interface Handler {
    void handle(CommandContext call);
}
