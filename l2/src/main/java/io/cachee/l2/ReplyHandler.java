package io.cachee.l2;

import io.netty.buffer.ByteBuf;

/** Receives the reply to one request. Called exactly once. */
@EventLoopConfined
public interface ReplyHandler {
    /** The whole reply, which may be an error of the server. The buffer is valid during the call only. */
    void reply(ByteBuf frame);

    /** There will be no reply. */
    void failed(L2Failure why);
}
