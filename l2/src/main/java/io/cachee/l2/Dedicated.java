package io.cachee.l2;

import io.netty.buffer.ByteBuf;

/** A connection of one's own to a node, for what cannot share one: transactions, waiting, listening. */
public interface Dedicated {
    /** Sends bytes of requests; the buffer is given away. Before it is connected, they wait. */
    void send(ByteBuf bytes);

    /** Whether what comes is to be handed over, or left where it is for now. */
    void read(boolean wanted);

    /** Ends it. Nothing is called any more. */
    void close();
}
