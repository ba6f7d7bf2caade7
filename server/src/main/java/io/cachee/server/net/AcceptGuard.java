package io.cachee.server.net;

import io.cachee.server.command.Instance;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Takes a rest when no connection can be accepted, because there are no file descriptors left, say. */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class AcceptGuard extends ChannelInboundHandlerAdapter {
    private static final long REST_MILLIS = 500;

    private final Instance instance;

    AcceptGuard(Instance instance) {
        this.instance = instance;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            ctx.fireExceptionCaught(cause);
            return;
        }
        instance.events().acceptFailed();
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), REST_MILLIS, TimeUnit.MILLISECONDS);
    }
}
