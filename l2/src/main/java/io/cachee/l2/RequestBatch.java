package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.internal.OutOfDirectMemoryError;
import org.jspecify.annotations.Nullable;

/**
 * The requests that a connection sends in one turn of the event loop. They are flushed once, at the end of the turn.
 * Small ones are gathered in one buffer. The last buffer is held back until the flush: the completion of its write
 * shows that all buffers before it were written too.
 */
@EventLoopConfined
final class RequestBatch {
    private static final int GATHERED_BYTES = 16 << 10;

    private final EventLoop loop;
    /** Set before the first request. */
    private @Nullable ChannelHandlerContext context;

    private @Nullable ByteBuf held;
    /** Whether {@link #held} is a buffer of the batch's own, with room for {@link #GATHERED_BYTES}. */
    private boolean gathers;

    private long turnBytes;
    private long unsentBytes;
    private boolean flushIsDue;

    RequestBatch(EventLoop loop) {
        this.loop = loop;
    }

    /** The bytes that were added and are not written yet. */
    long unsentBytes() {
        return unsentBytes;
    }

    /** Takes over the buffer. */
    void add(ByteBuf request, ChannelHandlerContext ctx) {
        int bytes = request.readableBytes();
        context = ctx;
        hold(request, ctx);
        turnBytes += bytes;
        unsentBytes += bytes;
        if (!flushIsDue) {
            flushIsDue = true;
            loop.execute(this::flush);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void hold(ByteBuf request, ChannelHandlerContext ctx) {
        ByteBuf before = held;
        if (before == null) {
            held = request;
            return;
        }
        if (before.readableBytes() + request.readableBytes() > GATHERED_BYTES) {
            ctx.write(before, ctx.voidPromise());
            held = request;
            gathers = false;
            return;
        }
        if (!gathers) {
            ByteBuf gathered = roomToGather(ctx);
            if (gathered == null) {
                ctx.write(before, ctx.voidPromise());
                held = request;
                return;
            }
            gathered.writeBytes(before);
            before.release();
            before = gathered;
            held = gathered;
            gathers = true;
        }
        before.writeBytes(request);
        request.release();
    }

    /** Null when there is no memory: a request that is in flight already must be sent all the same. */
    private static @Nullable ByteBuf roomToGather(ChannelHandlerContext ctx) {
        try {
            return ctx.alloc().buffer(GATHERED_BYTES);
        } catch (OutOfDirectMemoryError none) {
            return null;
        }
    }

    // Netty reports failed writes to the connection.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void flush() {
        flushIsDue = false;
        gathers = false;
        ByteBuf last = held;
        ChannelHandlerContext ctx = context;
        if (last == null || ctx == null) {
            return;
        }
        long bytes = turnBytes;
        held = null;
        turnBytes = 0;
        ctx.writeAndFlush(last).addListener(written -> unsentBytes -= bytes);
    }

    /** Drops what is held back. */
    void release() {
        ByteBuf unsent = held;
        held = null;
        if (unsent != null) {
            unsent.release();
        }
    }
}
