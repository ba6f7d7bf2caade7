package io.cachee.server.admin;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
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
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers GET and HEAD requests of one connection, one after the other: it reads the next request when the client has
 * taken the reply to the one before, and some time later. So a client that sends many requests at once takes hardly
 * more of the probes' thread than one that waits for each reply.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class PageHandler extends ChannelInboundHandlerAdapter {
    /** Between a reply and the next request of the connection. */
    private static final long PACE_MILLIS = 10;

    private static final String OPEN_METRICS = "application/openmetrics-text";

    private final AdminServer.Pages pages;
    private final PageRenderer renderer;
    /** Requests that came with the one under way. One read brings no more than fit into its bytes. */
    private final Deque<FullHttpRequest> waiting = new ArrayDeque<>(0);

    private boolean isBusy;

    PageHandler(AdminServer.Pages pages, PageRenderer renderer) {
        this.pages = pages;
        this.renderer = renderer;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        waiting.add((FullHttpRequest) message);
        if (!isBusy) {
            next(ctx);
        }
    }

    private void next(ChannelHandlerContext ctx) {
        FullHttpRequest request = waiting.poll();
        isBusy = request != null;
        if (request == null) {
            ctx.read();
            return;
        }
        try {
            answer(ctx, request);
        } finally {
            request.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        waiting.forEach(FullHttpRequest::release);
        waiting.clear();
    }

    private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        boolean head = request.method().equals(HttpMethod.HEAD);
        boolean keepAlive =
                HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        String path = pathOf(request);
        HttpReply refusal = refusal(request, path);
        AdminServer.Page probe = pages.probes().get(path);
        AdminServer.Page page = pages.others().get(path);
        if (refusal != null) {
            reply(ctx, refusal, head, keepAlive);
        } else if (probe != null) {
            reply(ctx, HttpReply.of(probe, false), head, keepAlive);
        } else if (page != null) {
            boolean openMetrics =
                    request.headers().get(HttpHeaderNames.ACCEPT, "").contains(OPEN_METRICS);
            renderer.render(
                    page, openMetrics, reply -> ctx.executor().execute(() -> reply(ctx, reply, head, keepAlive)));
        } else {
            reply(ctx, HttpReply.text(404, "there is " + pages.paths() + "\n"), head, keepAlive);
        }
    }

    /** The path that is asked for; empty if it is none. */
    private static String pathOf(FullHttpRequest request) {
        try {
            return new QueryStringDecoder(request.uri()).path();
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    private static @Nullable HttpReply refusal(FullHttpRequest request, String path) {
        DecoderResult decoded = request.decoderResult();
        if (!decoded.isSuccess()) {
            return switch (decoded.cause()) {
                case TooLongHttpLineException _ -> HttpReply.text(414, "the request's first line is too long\n");
                case TooLongHttpHeaderException _ -> HttpReply.text(431, "the request's headers are too long\n");
                case null, default -> HttpReply.text(400, "bad request\n");
            };
        }
        if (path.isEmpty()) {
            return HttpReply.text(400, "bad request: the path cannot be decoded\n");
        }
        boolean isKnown =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return isKnown ? null : HttpReply.text(405, "GET and HEAD only\n");
    }

    private void reply(ChannelHandlerContext ctx, HttpReply reply, boolean head, boolean keepAlive) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(reply.status()),
                head ? Unpooled.EMPTY_BUFFER : ByteBufUtil.writeUtf8(ctx.alloc(), reply.body()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, reply.body().getBytes(StandardCharsets.UTF_8).length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff");
        if (reply.status() == HttpResponseStatus.METHOD_NOT_ALLOWED.code()) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        if (!keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        ChannelFuture taken = ctx.writeAndFlush(response);
        taken.addListener(_ -> {
            if (keepAlive) {
                ctx.executor().schedule(() -> next(ctx), PACE_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                LastWords.end(ctx.channel());
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
