package io.cachee.server.net;

import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.ConfinedTo;
import io.netty.buffer.ByteBuf;

/**
 * What a client speaks over a {@link SocketConnection}. The connection reports what happens on the socket; the protocol
 * understands the bytes, writes replies, and decides when the connection stops reading and when it closes.
 */
@ConfinedTo("the connection's event loop")
interface Protocol {
    /** Chosen by a listener: opens the protocol for each connection that it accepts. */
    interface Factory {
        Protocol open(SocketConnection connection);

        /** The bytes that a client gets instead of a connection. */
        ByteBuf refusal(String error);
    }

    /** The socket is connected. Called once, before everything else. */
    void opened();

    /** The client has sent something. The buffer is released afterwards: what is needed later has to be copied. */
    void bytesArrived(ByteBuf in);

    /** {@link SocketConnection#isWritable} may have become true. */
    void writable();

    /** The client sends no more, and may still read. */
    void inputEnded();

    /** Another event loop serves the connection from now on. */
    void movedTo(LoopContext loop);

    /** The socket is closed. Called once, after everything else. */
    void closed();

    /** Whether no request is half read or waiting, and no reply is still to come. */
    boolean isIdle();

    /** Bytes of memory on the heap that the client takes, but for messages. */
    long inputBytes();

    /** Bytes of replies that are not written yet, because one before them is still to come. */
    @AnyThread
    long deferredBytes();

    /** For how long the client has sent no request; 0 while its silence is no idleness. */
    @AnyThread
    long silentNanos(long nowNanos);

    /** Whether the client has not authenticated, although it has to. */
    @AnyThread
    boolean isStranger();
}
