package io.cachee.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** One direction of a connection: it forwards data, and the end, after a delay. */
final class DelayedPipe extends ChannelInboundHandlerAdapter {
    /** The bytes under way in one direction of one connection; with more, the sender is held back. */
    private static final int MOST_BYTES = 8 << 20;

    private record Piece(ByteBuf bytes, long dueNanos) {}

    private final Channel to;
    private final long delayNanos;
    private final DelayFigures figures;
    private final Deque<Piece> onTheirWay = new ArrayDeque<>();
    private long bytes;
    private boolean armed;
    private boolean ended;

    DelayedPipe(Channel to, long delayNanos, DelayFigures figures) {
        this.to = to;
        this.delayNanos = delayNanos;
        this.figures = figures;
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        ByteBuf read = (ByteBuf) message;
        bytes += read.readableBytes();
        onTheirWay.add(new Piece(read, System.nanoTime() + delayNanos));
        if (bytes > MOST_BYTES) {
            from.channel().config().setAutoRead(false);
        }
        arm(from);
    }

    private void arm(ChannelHandlerContext from) {
        Piece next = onTheirWay.peek();
        if (armed || next == null) {
            return;
        }
        armed = true;
        long wait = next.dueNanos - System.nanoTime();
        // What is scheduled fails only with the event loop itself.
        var _ = from.executor().schedule(() -> arrive(from), Math.max(0, wait), TimeUnit.NANOSECONDS);
    }

    private void arrive(ChannelHandlerContext from) {
        armed = false;
        long now = System.nanoTime();
        for (Piece next = onTheirWay.peek(); next != null && next.dueNanos - now <= 0; next = onTheirWay.peek()) {
            onTheirWay.remove();
            handOn(from, next, now);
        }
        to.flush();
        figures.busy();
        if (ended && onTheirWay.isEmpty()) {
            var _ = to.close();
        }
        arm(from);
    }

    private void handOn(ChannelHandlerContext from, Piece piece, long now) {
        int length = piece.bytes.readableBytes();
        figures.late(now - piece.dueNanos);
        to.write(piece.bytes).addListener(_ -> {
            bytes -= length;
            if (bytes <= MOST_BYTES / 2 && !from.channel().config().isAutoRead()) {
                from.channel().config().setAutoRead(true);
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        ended = true;
        if (!to.isActive()) {
            onTheirWay.forEach(piece -> ReferenceCountUtil.release(piece.bytes));
            onTheirWay.clear();
        } else if (onTheirWay.isEmpty()) {
            var _ = to.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable broken) {
        var _ = from.close();
    }
}
