package io.cachee.server.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that completes no request for a while. Single bytes do not extend the time: otherwise a client
 * that sends a request byte by byte could keep one of the few connections forever.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class RequestDeadline extends ChannelInboundHandlerAdapter {
    private final long millis;
    private final Runnable whenCompleted;
    private @Nullable Future<?> end;

    RequestDeadline(long millis, Runnable whenCompleted) {
        this.millis = millis;
        this.whenCompleted = whenCompleted;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        restart(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof FullHttpRequest) {
            restart(ctx);
            whenCompleted.run();
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancel();
        ctx.fireChannelInactive();
    }

    private void restart(ChannelHandlerContext ctx) {
        cancel();
        end = ctx.executor().schedule(() -> ctx.close(), millis, TimeUnit.MILLISECONDS);
    }

    private void cancel() {
        if (end != null) {
            end.cancel(false);
        }
    }
}
