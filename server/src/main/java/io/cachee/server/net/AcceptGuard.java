package io.cachee.server.net;

import io.cachee.server.engine.SharedState;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Pauses a listener that cannot accept connections, for example because no file descriptors are left. */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class AcceptGuard extends ChannelInboundHandlerAdapter {
    private final SharedState shared;
    private final long restMillis;
    /** How many listeners rest. */
    private final AtomicInteger resting;

    private boolean rests;

    AcceptGuard(SharedState shared, long restMillis, AtomicInteger resting) {
        this.shared = shared;
        this.restMillis = restMillis;
        this.resting = resting;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            shared.events().connectionFailed("a client of " + ctx.channel().localAddress(), cause);
        }
        shared.events().acceptFailed();
        if (!rests) {
            rests = true;
            resting.incrementAndGet();
            ctx.channel().config().setAutoRead(false);
            ctx.executor().schedule(() -> resume(ctx), restMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void resume(ChannelHandlerContext ctx) {
        rests = false;
        resting.decrementAndGet();
        if (ctx.channel().isOpen()) {
            ctx.channel().config().setAutoRead(true);
        }
    }
}
