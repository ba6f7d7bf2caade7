package io.cachee.l2;

import io.netty.buffer.ByteBuf;

/** Who waits for a reply. Called exactly once, on the link's event loop. */
public interface ReplyHandler {
    /** A whole reply, errors of the server included, as it came. The buffer is good during the call. */
    void reply(ByteBuf frame);

    /** There is no reply. */
    void failed(L2Failure why);
}
