package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The link to L2: one shared connection to each node that is tracked, and on demand one for each version of the
 * protocol that is not, over which all clients' requests travel in one pipeline; and connections of their own for those
 * who need one.
 *
 * <p>Everything happens on one event loop. What is not said to be callable from any thread is called there alone.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class L2 implements AutoCloseable {
    private L2() {}

    /** Begins to connect, and goes on trying until it is closed. Refuses options that make no sense. */
    public static L2 open(L2Options options, EventLoop loop, Feed feed) {
        throw new UnsupportedOperationException(options + " " + loop + " " + feed);
    }

    /** The slot of a key, to be passed along with its requests; 0 where there is no cluster. From any thread. */
    public int slotOf(byte[] key, int offset, int length) {
        throw new UnsupportedOperationException(key.length + " " + offset + " " + length);
    }

    /** What vouches for values of a slot now: 0 while nothing does. No number is used twice. From any thread. */
    public int generation(int slot) {
        throw new UnsupportedOperationException("" + slot);
    }

    /**
     * Sends a request over the tracked connection of a slot's node, RESP3: the key it reads will be reported when it
     * changes. The buffer is given away. Requests of one turn of the event loop travel together.
     */
    public void sendTracked(ByteBuf request, int slot, ReplyHandler handler) {
        throw new UnsupportedOperationException(request + " " + slot + " " + handler);
    }

    /**
     * Sends a request over a shared connection. The buffer is given away.
     *
     * @param slot of its keys, or -1 for one without keys
     * @param database as SELECT numbers them; -1 for that of the URI
     */
    public void send(ByteBuf request, int slot, Protocol protocol, int database, ReplyHandler handler) {
        throw new UnsupportedOperationException(request + " " + slot + " " + protocol + " " + database + handler);
    }

    /** A connection of one's own to a slot's node, or to any with -1. */
    public Dedicated dedicate(int slot, Protocol protocol, int database, DedicatedHandler handler) {
        throw new UnsupportedOperationException(slot + " " + protocol + " " + database + handler);
    }

    /** What the server says of a command; null while nothing is known of it. From any thread. */
    public @Nullable RemoteCommand command(String lowerCaseName) {
        throw new UnsupportedOperationException(lowerCaseName);
    }

    /** How the nodes are doing. From any thread. */
    public L2Status status() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
