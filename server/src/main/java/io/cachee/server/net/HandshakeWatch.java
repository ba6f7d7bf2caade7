package io.cachee.server.net;

import io.cachee.server.engine.SharedState;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Reports failed TLS handshakes, and hides their exceptions from the connection behind it. */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
    private final SharedState shared;
    private boolean done;

    HandshakeWatch(SharedState shared) {
        this.shared = shared;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            done = completion.isSuccess();
            if (!done) {
                String client = String.valueOf(ctx.channel().remoteAddress());
                shared.events().handshakeFailed(client, reason(completion.cause()));
                ctx.close();
            }
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    /** Why a handshake failed. The message of the exception shows what a client without TLS has sent: a password. */
    private static String reason(Throwable cause) {
        if (cause instanceof NotSslRecordException) {
            return "the client does not speak TLS";
        }
        String why = cause.getMessage();
        return why == null ? "the client has left" : why;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!done && cause instanceof DecoderException) {
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
