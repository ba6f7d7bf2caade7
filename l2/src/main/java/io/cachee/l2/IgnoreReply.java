package io.cachee.l2;

import io.netty.buffer.ByteBuf;

/** Ignores the reply, and its failure. */
public enum IgnoreReply implements ReplyHandler {
    INSTANCE;

    @Override
    public void reply(ByteBuf frame) {}

    @Override
    public void failed(L2Failure why) {}
}
