package io.cachee.server.admin;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection so that its client can read the last reply. To close it while bytes of the client are unread would
 * reset it, and the reply would be lost; so they are read and dropped for a while.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class LastWords extends ChannelInboundHandlerAdapter {
    private static final long LINGER_MILLIS = 1_000;
    private static final int MOST_BYTES = 256 << 10;

    private int dropped;

    private LastWords() {}

    /** Sends nothing more, and closes when the client has closed, or soon. */
    static void end(Channel channel) {
        if (!channel.isActive()) {
            return;
        }
        channel.pipeline().addFirst(new LastWords());
        ((DuplexChannel) channel).shutdownOutput();
        channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        channel.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        dropped += ((ByteBuf) message).readableBytes();
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (dropped > MOST_BYTES) {
            ctx.close();
        } else {
            ctx.read();
        }
    }
}
