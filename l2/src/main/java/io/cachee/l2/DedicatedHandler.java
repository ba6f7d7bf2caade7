package io.cachee.l2;

import io.netty.buffer.ByteBuf;

/** Who owns a connection of its own. All is called on the link's event loop. */
public interface DedicatedHandler {
    /** It is connected and has said who it is; requests may be sent. */
    void connected();

    /** Bytes of replies and messages, as they came, cut anywhere. The buffer is good during the call. */
    void received(ByteBuf bytes);

    /** The other side may send again, or must not: what it sends is not taken at the moment. */
    void writabilityChanged(boolean writable);

    /** It is gone, or could not be had. Called once, and nothing after it. */
    void closed(String why);
}
