package io.cachee.server.net;

import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.ConfinedTo;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a client takes of the heap that all clients may use together: requests, what it listens to, and messages. The
 * total is told once per read, not for each request; a large array is reserved before it is allocated.
 */
@ConfinedTo("the connection's event loop")
final class InputShare {
    private final Connections connections;
    /** What the total has been told. */
    private volatile long bytes;

    /** Reserved since then. */
    private long reserved;

    @AnyThread
    private final AtomicLong messages = new AtomicLong();

    @AnyThread
    private volatile boolean hasEnded;

    InputShare(Connections connections) {
        this.connections = connections;
    }

    /** Reserves memory until the next {@link #account}; false when all connections together use too much. */
    boolean reserve(long more) {
        boolean hasRoom = connections.reserveInput(more);
        reserved += hasRoom ? more : 0;
        return hasRoom;
    }

    /** Messages wait outside of requests: they come from other clients. */
    @AnyThread
    void messagesGrew(long difference) {
        messages.addAndGet(difference);
        connections.inputGrew(difference, 0);
        if (hasEnded) {
            forgetMessages();
        }
    }

    /** Gives everything back. */
    void end() {
        account(0);
        hasEnded = true;
        forgetMessages();
    }

    @AnyThread
    private void forgetMessages() {
        connections.inputGrew(-messages.getAndSet(0), 0);
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
        return bytes + messages.get();
    }
}
