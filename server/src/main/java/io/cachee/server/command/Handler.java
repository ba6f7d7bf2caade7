package io.cachee.server.command;

/** What a command does: reads the call's request and writes the call's reply. Runs on an event loop; never waits. */
@FunctionalInterface
interface Handler {
    void handle(Call call);
}
