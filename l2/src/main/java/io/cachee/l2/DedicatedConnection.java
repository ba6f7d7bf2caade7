package io.cachee.l2;

import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection that belongs to one client alone. A {@link NodeConnection} does the handshake. Then this handler
 * replaces it in the pipeline, and passes bytes on as they come.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
@EventLoopConfined
final class DedicatedConnection extends ChannelInboundHandlerAdapter implements Dedicated, NodeConnection.Owner {
    private final LinkContext link;
    private final ConnectionRole role;
    private final DedicatedHandler handler;
    private final Consumer<DedicatedConnection> gone;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    private long unsentBytes;
    private boolean reads = true;
    private boolean closed;
    private boolean flushIsDue;
    private @Nullable NodeConnection greeting;
    private @Nullable Channel channel;
    private @Nullable Node at;
    /** What the node calls the connection; 0 while that is not known. */
    private long clientId;

    /** @param gone called once when it ends, for whatever reason */
    DedicatedConnection(
            LinkContext link, ConnectionRole role, DedicatedHandler handler, Consumer<DedicatedConnection> gone) {
        this.link = link;
        this.role = role;
        this.handler = handler;
        this.gone = gone;
    }

    void connect(Node node) {
        node.locate(role, place -> greet(place, node), this::end);
    }

    private void greet(Endpoint place, Node node) {
        if (closed) {
            return;
        }
        at = node;
        NodeConnection made = new NodeConnection(link, place, role, this, node.inFlight());
        greeting = made;
        made.connect();
    }

    @Override
    public void up(NodeConnection made) {
        greeting = null;
        clientId = made.clientId();
        ChannelHandlerContext ctx = made.release();
        if (ctx == null) {
            throw new IllegalStateException("a connection that is up has no channel");
        }
        ByteBuf rest = made.rest();
        Channel open = ctx.channel();
        channel = open;
        ctx.pipeline().replace(made, null, this);
        open.config().setAutoRead(reads);
        unsentBytes = 0;
        for (ByteBuf next = waiting.poll(); next != null; next = waiting.poll()) {
            write(open, next);
        }
        handler.connected();
        if (rest != null) {
            take(rest);
        }
    }

    @Override
    public void ended(NodeConnection made, NodeConnection.Ending ending, String why) {
        end(why);
    }

    @Override
    public void send(ByteBuf bytes) {
        if (closed) {
            bytes.release();
            return;
        }
        if (unsentBytes > 0
                && unsentBytes + bytes.readableBytes() > link.options().mostBytes()) {
            bytes.release();
            String why = "more than " + link.options().mostBytes() + " bytes wait to be sent";
            link.loop().execute(() -> end(why));
            return;
        }
        Channel open = channel;
        if (open == null) {
            unsentBytes += bytes.readableBytes();
            waiting.add(bytes);
        } else {
            write(open, bytes);
        }
    }

    @Override
    public void unblock(boolean withError, ReplyHandler handler) {
        Node node = at;
        if (node == null || clientId == 0) {
            handler.failed(new L2Failure(L2Failure.Kind.NOT_CONNECTED, "the connection is not up"));
            return;
        }
        String reason = withError ? "ERROR" : "TIMEOUT";
        ByteBuf request = RequestEncoder.encode("CLIENT", "UNBLOCK", String.valueOf(clientId), reason);
        node.send(request, RespVersion.EITHER, -1, handler);
    }

    private void write(Channel open, ByteBuf bytes) {
        int length = bytes.readableBytes();
        unsentBytes += length;
        open.write(bytes).addListener(written -> unsentBytes -= length);
        if (!flushIsDue) {
            flushIsDue = true;
            link.loop().execute(() -> {
                flushIsDue = false;
                open.flush();
            });
        }
    }

    @Override
    public void read(boolean wanted) {
        reads = wanted;
        Channel open = channel;
        if (open != null) {
            open.config().setAutoRead(wanted);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        take((ByteBuf) message);
    }

    private void take(ByteBuf bytes) {
        try {
            if (!closed) {
                handler.received(bytes);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!closed) {
            handler.writabilityChanged(ctx.channel().isWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end("closed by " + ctx.channel().remoteAddress());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(FailureText.of(cause));
    }

    @Override
    public void close() {
        if (!closed) {
            shut("closed");
        }
    }

    /** Ends it, and tells its handler. */
    void end(String why) {
        if (!closed) {
            shut(why);
            handler.closed(why);
        }
    }

    private void shut(String why) {
        closed = true;
        gone.accept(this);
        for (ByteBuf next = waiting.poll(); next != null; next = waiting.poll()) {
            next.release();
        }
        NodeConnection unfinished = greeting;
        if (unfinished != null) {
            greeting = null;
            unfinished.close(why);
        }
        Channel open = channel;
        if (open != null) {
            open.flush();
            open.close();
        }
    }
}
