package io.cachee.l2;

import io.netty.buffer.ByteBuf;

/** Receives what happens on a {@link Dedicated} connection. */
@EventLoopConfined
public interface DedicatedHandler {
    /** The handshake has succeeded. */
    void connected();

    /** Bytes of replies and push messages, cut anywhere. The buffer is valid during the call only. */
    void received(ByteBuf bytes);

    /** Whether the node takes more bytes. While it does not, the client should not be read from. */
    void writabilityChanged(boolean writable);

    /** It has ended, or could not be opened. Called once; nothing is called after it. */
    void closed(String why);
}
