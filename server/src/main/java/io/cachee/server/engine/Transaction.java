package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What WATCH and MULTI have gathered for EXEC. */
public final class Transaction {
    /** What a request takes beside its bytes, and a watched key beside its own. */
    private static final int REQUEST_BYTES = 200;

    private static final int WATCHED_BYTES = 200;

    /** A command that waits for EXEC. */
    record Queued(Command command, Request request) {}

    /**
     * A key that must not have changed: its counter then, and whether it was there.
     *
     * @param key as the store knows it
     */
    public record Watched(Bytes key, long counter, boolean present) {}

    private final List<Queued> queued = new ArrayList<>();
    private final Map<Bytes, Watched> watched = new LinkedHashMap<>();
    private long bytes;
    /** How often databases had been exchanged when the first key was watched. */
    public long databaseSwaps;

    public boolean open;
    /** A command could not be queued, so EXEC must fail. */
    public boolean broken;

    void add(Command command, Request request) {
        queued.add(new Queued(command, request));
        bytes += request.size() + REQUEST_BYTES;
    }

    public List<Queued> queued() {
        return queued;
    }

    public Collection<Watched> watched() {
        return watched.values();
    }

    public boolean watches(Bytes key) {
        return watched.containsKey(key);
    }

    public void watch(Watched key) {
        watched.put(key.key(), key);
        bytes += key.key().value().length + WATCHED_BYTES;
    }

    /** How much memory all of it takes, about. */
    public long bytes() {
        return bytes;
    }
}
