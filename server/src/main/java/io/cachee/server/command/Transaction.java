package io.cachee.server.command;

import io.cachee.server.resp.Request;
import java.util.ArrayList;
import java.util.List;

/** What WATCH and MULTI have gathered for EXEC. */
final class Transaction {
    /** A command that waits for EXEC. */
    record Queued(Command command, Request request) {}

    /**
     * A key that must not have changed: its counter then, and whether it was there.
     *
     * @param key as the store knows it
     */
    record Watched(Bytes key, long counter, boolean present) {}

    private final List<Queued> queued = new ArrayList<>();
    private final List<Watched> watched = new ArrayList<>();
    private long bytes;
    /** How often databases had been exchanged when the first key was watched. */
    long databaseSwaps;

    boolean open;
    /** A command could not be queued, so EXEC must fail. */
    boolean broken;

    void add(Command command, Request request) {
        queued.add(new Queued(command, request));
        bytes += request.payloadBytes() + 64;
    }

    List<Queued> queued() {
        return queued;
    }

    List<Watched> watched() {
        return watched;
    }

    long bytes() {
        return bytes;
    }
}
