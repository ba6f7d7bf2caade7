package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The watched keys and the queued commands of a client, until EXEC or DISCARD. */
public final class Transaction {
    /** The memory of a queued request in addition to its bytes. */
    private static final int REQUEST_BYTES = 200;
    /** The memory of a watched key in addition to its bytes. */
    private static final int WATCHED_BYTES = 200;

    /** A command that waits for EXEC. */
    record Queued(Command command, Request request) {}

    /**
     * A key that must not change before EXEC.
     *
     * @param key the key as it is in the store
     * @param counter the key's counter of changes at the time of WATCH
     * @param present whether the key existed at the time of WATCH
     */
    public record Watched(Bytes key, long counter, boolean present) {}

    private final List<Queued> queued = new ArrayList<>();
    private final Map<Bytes, Watched> watched = new LinkedHashMap<>();
    private long bytes;
    private int arguments;
    /** {@link Databases#swaps} when the first key was watched. */
    public long databaseSwaps;

    /** Whether MULTI was called. */
    public boolean open;
    /** Whether a command could not be queued, so that EXEC must fail. */
    public boolean broken;

    void add(Command command, Request request) {
        queued.add(new Queued(command, request));
        bytes += request.size() + REQUEST_BYTES;
        arguments += request.count();
    }

    /** The arguments of all queued commands, their names included. */
    int arguments() {
        return arguments;
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

    /** The approximate memory that it takes. */
    public long bytes() {
        return bytes;
    }
}
