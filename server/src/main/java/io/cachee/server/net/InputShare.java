package io.cachee.server.net;

import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.ConfinedTo;

/**
 * What a connection's unfinished and waiting requests take of the memory that all connections may use for requests. The
 * total is told once per read, not for each request; a large array is reserved before it is allocated.
 */
@ConfinedTo("the connection's event loop")
final class InputShare {
    private final Connections connections;
    /** What the total has been told. */
    private volatile long bytes;

    /** Reserved since then. */
    private long reserved;

    InputShare(Connections connections) {
        this.connections = connections;
    }

    /** Reserves memory until the next {@link #account}; false when all connections together use too much. */
    boolean reserve(long more) {
        boolean hasRoom = connections.reserveInput(more);
        reserved += hasRoom ? more : 0;
        return hasRoom;
    }

    /** Tells the total what the connection holds now. */
    void account(long held) {
        long difference = held - bytes;
        long taken = reserved;
        if (difference != 0 || taken != 0) {
            bytes = held;
            reserved = 0;
            connections.inputGrew(difference, taken);
        }
    }

    @AnyThread
    long bytes() {
        return bytes;
    }
}
