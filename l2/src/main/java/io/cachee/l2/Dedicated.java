package io.cachee.l2;

import io.netty.buffer.ByteBuf;

/**
 * A connection to a node for one client alone, for what cannot share a connection: transactions, blocking commands,
 * subscriptions.
 */
@EventLoopConfined
public interface Dedicated {
    /** Sends bytes of requests, and takes over the buffer. They wait until the connection is up. */
    void send(ByteBuf bytes);

    /** Whether to read from the socket; false applies back-pressure to the node. */
    void read(boolean wanted);

    /**
     * Ends the wait of a command that blocks, as CLIENT UNBLOCK does. The node answers with 1 if there was one.
     *
     * @param withError whether the command ends with an error, and not as if its time were over
     */
    void unblock(boolean withError, ReplyHandler handler);

    /** Closes the connection. The handler is not called after this. */
    void close();
}
