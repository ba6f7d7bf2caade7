package io.cachee.server.admin;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Map;

/** Answers GET and HEAD requests with pages. */
@SuppressWarnings("FutureReturnValueIgnored")
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final Map<String, AdminServer.Page> pages;

    PageHandler(Map<String, AdminServer.Page> pages) {
        this.pages = pages;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        boolean head = request.method().equals(HttpMethod.HEAD);
        HttpReply reply = answer(request, head);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(reply.status()),
                ByteBufUtil.writeUtf8(ctx.alloc(), head ? "" : reply.body()));
        int length = reply.body().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff");
        if (reply.status() == HttpResponseStatus.METHOD_NOT_ALLOWED.code()) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        if (HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess()) {
            ctx.writeAndFlush(response);
        } else {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private HttpReply answer(FullHttpRequest request, boolean head) {
        if (!request.decoderResult().isSuccess()) {
            return HttpReply.text(400, "bad request\n");
        }
        if (!head && !request.method().equals(HttpMethod.GET)) {
            return HttpReply.text(405, "GET and HEAD only\n");
        }
        AdminServer.Page page = pages.get(new QueryStringDecoder(request.uri()).path());
        if (page == null) {
            return HttpReply.text(404, "there is " + String.join(", ", pages.keySet()) + "\n");
        }
        String accept = request.headers().get(HttpHeaderNames.ACCEPT, "");
        try {
            return page.apply(accept);
        } catch (RuntimeException | InternalError broken) {
            return HttpReply.text(500, broken + "\n");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
