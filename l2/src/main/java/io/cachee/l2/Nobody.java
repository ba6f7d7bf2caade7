package io.cachee.l2;

import io.netty.buffer.ByteBuf;

/** Waits for replies of which nothing is to be learnt. */
enum Nobody implements ReplyHandler {
    HERE;

    @Override
    public void reply(ByteBuf frame) {
        // That it came is enough.
    }

    @Override
    public void failed(L2Failure why) {
        // Who owns the connection knows.
    }
}
