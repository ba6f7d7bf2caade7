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
    /**
     * What a request asks for.
     *
     * @param refusal the reply if it asks for nothing that there is; otherwise null
     */
    private record Asked(
            String path,
            boolean isHead,
            boolean isOpenMetrics,
            boolean keepsAlive,
            @Nullable HttpReply refusal) {
        static Asked of(FullHttpRequest request) {
            String path = pathOf(request);
            return new Asked(
                    path,
                    request.method().equals(HttpMethod.HEAD),
                    request.headers().get(HttpHeaderNames.ACCEPT, "").contains(OPEN_METRICS),
                    HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess(),
                    PageHandler.refusal(request, path));
        }
    }

    /** What came with the request under way. One read brings no more than fit into its bytes. */
    private final Deque<Asked> waiting = new ArrayDeque<>(0);

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
        FullHttpRequest request = (FullHttpRequest) message;
        try {
            waiting.add(Asked.of(request));
        } finally {
            request.release();
        }
        if (!isBusy) {
            next(ctx);
        }
    }

    private void next(ChannelHandlerContext ctx) {
        Asked asked = waiting.poll();
        isBusy = asked != null;
        if (asked == null) {
            ctx.read();
        } else {
            answer(ctx, asked);
        }
    }

    private void answer(ChannelHandlerContext ctx, Asked asked) {
        AdminServer.Page probe = pages.probes().get(asked.path);
        AdminServer.Page page = pages.others().get(asked.path);
        if (asked.refusal != null) {
            reply(ctx, asked.refusal, asked);
        } else if (probe != null) {
            reply(ctx, HttpReply.of(probe, false), asked);
        } else if (page != null) {
            renderer.render(page, asked.isOpenMetrics, reply -> ctx.executor().execute(() -> reply(ctx, reply, asked)));
        } else {
            reply(ctx, HttpReply.text(404, "there is " + pages.paths() + "\n"), asked);
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

    private void reply(ChannelHandlerContext ctx, HttpReply reply, Asked asked) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(reply.status()),
                asked.isHead ? Unpooled.EMPTY_BUFFER : ByteBufUtil.writeUtf8(ctx.alloc(), reply.body()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, reply.body().getBytes(StandardCharsets.UTF_8).length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff");
        if (reply.status() == HttpResponseStatus.METHOD_NOT_ALLOWED.code()) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        if (!asked.keepsAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        ChannelFuture taken = ctx.writeAndFlush(response);
        taken.addListener(_ -> {
            if (asked.keepsAlive) {
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
