package io.cachee.server.net;

import io.cachee.server.command.CommandExecutor;
import io.cachee.server.command.Link;
import io.cachee.server.command.Session;
import io.cachee.server.command.Transport;
import io.cachee.server.resp.ProtocolException;
import io.cachee.server.resp.Request;
import io.cachee.server.resp.RespDecoder;
import io.cachee.server.resp.RespLimits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: bytes in, requests run on the spot, replies out. It stops reading while the client leaves
 * replies unread, while a command has to wait, and for good when the client breaks the protocol.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection extends ChannelInboundHandlerAdapter implements Link {
    private static final byte[] NOTHING = {};

    private final Doorkeeper doorkeeper;
    private final LoopContext loop;
    private final Transport transport;
    private final RespDecoder decoder;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Session session;
    private String remoteAddress = "";
    private String localAddress = "";

    /** Bytes of the unfinished request, and of those that must wait. */
    private byte[] kept = NOTHING;

    private volatile int keptBytes;
    /** A request that has to wait, in {@link #kept} no more. */
    private @Nullable Request waiting;

    /** Closes a connection that does not take its last replies. */
    private @Nullable Future<?> linger;

    private boolean held;
    private boolean finishing;
    private boolean running;
    private long unflushedBytes;

    Connection(Doorkeeper doorkeeper, LoopContext loop, Transport transport) {
        this.doorkeeper = doorkeeper;
        this.loop = loop;
        this.transport = transport;
        this.decoder = new RespDecoder(RespLimits.STRANGER, true);
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("not connected yet");
        }
        return known;
    }

    Session session() {
        Session known = session;
        if (known == null) {
            throw new IllegalStateException("not connected yet");
        }
        return known;
    }

    // ---------------------------------------------------------------- events

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        remoteAddress = describe(ctx.channel().remoteAddress());
        localAddress = describe(ctx.channel().localAddress());
        session = loop.executor.connected(this);
        adjustLimits();
    }

    private String describe(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return transport == Transport.UNIX ? doorkeeper.socketPath() + ":0" : "?:0";
    }

    private void adjustLimits() {
        if (session().isAuthenticated()) {
            decoder.limit(new RespLimits(RespLimits.MAX_ARGUMENTS, doorkeeper.maxBulkBytes()), false);
        } else {
            decoder.limit(RespLimits.STRANGER, true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (!finishing && !session().isClosing()) {
                loop.executor.received(in.readableBytes());
                receive(in);
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (unflushedBytes > 0 && !held) {
            unflushedBytes = 0;
            ctx.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && !held) {
            resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.executor.disconnected(session());
        doorkeeper.left(this);
        loop.buffers.giveBack(kept);
        kept = NOTHING;
        keptBytes = 0;
        waiting = null;
        decoder.forget();
        if (linger != null) {
            linger.cancel(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            finish();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof OutOfDirectMemoryError) {
            doorkeeper.ranOutOfMemory();
        } else if (!(cause instanceof IOException)) {
            doorkeeper.failed(remoteAddress, cause);
        }
        ctx.close();
    }

    // ---------------------------------------------------------------- reading

    private void receive(ByteBuf in) {
        int bytes = in.readableBytes();
        if (waiting != null || held || !context().channel().isWritable()) {
            keep(in, bytes);
            if (waiting == null && !held) {
                resume();
            }
            return;
        }
        int left = keptBytes;
        byte[] buffer;
        if (left <= Buffers.SMALL_BYTES && left + bytes <= Buffers.SCRATCH_BYTES) {
            buffer = loop.buffers.scratch;
            System.arraycopy(kept, 0, buffer, 0, left);
            in.readBytes(buffer, left, bytes);
            run(buffer, left + bytes);
        } else {
            if (keep(in, bytes)) {
                run(kept, keptBytes);
            }
        }
    }

    /** Adds to what is kept; false when that would be too much. */
    private boolean keep(ByteBuf in, int bytes) {
        int wanted = keptBytes + bytes;
        if (wanted < 0 || wanted > doorkeeper.queryBufferBytes()) {
            doorkeeper.queryTooLarge(remoteAddress);
            kill();
            return false;
        }
        if (wanted > kept.length) {
            byte[] larger = newArray(wanted);
            System.arraycopy(kept, 0, larger, 0, keptBytes);
            loop.buffers.giveBack(kept);
            kept = larger;
        }
        in.readBytes(kept, keptBytes, bytes);
        keptBytes = wanted;
        return true;
    }

    private byte[] newArray(int wanted) {
        long frame = decoder.frameBytesKnown();
        long doubled = 2L * wanted;
        // No more than twice what has arrived, whatever was promised; and no more than was promised.
        long size = frame > wanted && frame < doubled ? frame + 1024 : doubled;
        return loop.buffers.take(wanted, (int) Math.min(size, doorkeeper.queryBufferBytes()));
    }

    /** Runs the requests in a buffer, up to {@code limit}, and keeps what is left. */
    private void run(byte[] buffer, int limit) {
        CommandExecutor executor = loop.executor;
        Session client = session();
        running = true;
        executor.begin(client);
        try {
            runRequests(executor, client, buffer, limit);
        } catch (ProtocolException broken) {
            executor.error("ERR Protocol error: " + broken.getMessage());
            doorkeeper.brokeProtocol(client, remoteAddress, broken);
            finishing = true;
            waiting = null;
        } finally {
            executor.end();
            running = false;
        }
        if (finishing || client.isClosing()) {
            drop();
            close();
            return;
        }
        keepRest(buffer, limit);
        if (waiting != null || held || !context().channel().isWritable()) {
            stopReading();
        }
    }

    private void runRequests(CommandExecutor executor, Session client, byte[] buffer, int limit)
            throws ProtocolException {
        while (!client.isClosing()) {
            Request request = waiting;
            if (request == null) {
                if (!decoder.next(buffer, limit)) {
                    return;
                }
                request = decoder.request();
            }
            waiting = null;
            boolean stranger = !client.isAuthenticated();
            if (!executor.execute(client, request)) {
                waiting = request.copy();
                return;
            }
            if (stranger) {
                adjustLimits();
            }
            if (held) {
                return;
            }
            if (executor.pendingBytes() + unflushedBytes > LoopContext.FLUSH_BYTES && !flushNow(executor)) {
                return;
            }
        }
    }

    /** Sends what is there; false when the client does not take it. */
    private boolean flushNow(CommandExecutor executor) {
        executor.handOver();
        unflushedBytes = 0;
        context().flush();
        return context().channel().isWritable();
    }

    private void keepRest(byte[] buffer, int limit) {
        int from = decoder.frameStart();
        int rest = limit - from;
        if (rest == 0) {
            decoder.forget();
            drop();
        } else if (isKept(buffer)) {
            if (from > 0) {
                System.arraycopy(kept, from, kept, 0, rest);
            }
            keptBytes = rest;
        } else {
            if (rest > kept.length) {
                loop.buffers.giveBack(kept);
                kept = newArray(rest);
            }
            System.arraycopy(buffer, from, kept, 0, rest);
            keptBytes = rest;
        }
        decoder.moved(-from);
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isKept(byte[] buffer) {
        return buffer == kept;
    }

    private void drop() {
        loop.buffers.giveBack(kept);
        kept = NOTHING;
        keptBytes = 0;
    }

    private void stopReading() {
        Channel channel = context().channel();
        if (channel.config().isAutoRead()) {
            channel.config().setAutoRead(false);
        }
        if (waiting != null && !held) {
            context().executor().schedule(this::resume, LoopContext.RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Goes on where reading stopped. */
    private void resume() {
        if (running || finishing || !context().channel().isActive()) {
            return;
        }
        if (waiting != null || keptBytes > 0) {
            run(kept, keptBytes);
            channelReadComplete(context());
        }
        boolean mayRead =
                waiting == null && !held && !finishing && context().channel().isWritable();
        if (mayRead && !context().channel().config().isAutoRead()) {
            context().channel().config().setAutoRead(true);
        }
    }

    // ---------------------------------------------------------------- writing

    @Override
    public void send(ByteBuf full) {
        int bytes = full.readableBytes();
        loop.executor.sent(bytes);
        unflushedBytes += bytes;
        ChannelHandlerContext ctx = context();
        ctx.write(full, transport == Transport.TLS ? ctx.newPromise() : ctx.voidPromise());
        if (unsentBytes() > doorkeeper.outputLimit().hardBytes()) {
            doorkeeper.outputTooLarge(remoteAddress);
            kill();
        }
    }

    @Override
    public void flush() {
        if (!held) {
            unflushedBytes = 0;
            context().flush();
        }
    }

    @Override
    public void finish() {
        finishing = true;
        if (!running) {
            close();
        }
    }

    /** Ends the connection as soon as no request of it is half read and no reply half sent. */
    void finishWhenIdle() {
        if (keptBytes == 0 && waiting == null) {
            finish();
        } else if (context().channel().isActive()) {
            context().executor().schedule(this::finishWhenIdle, LoopContext.RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void close() {
        ChannelHandlerContext ctx = context();
        finishing = true;
        if (ctx.channel().config().isAutoRead()) {
            ctx.channel().config().setAutoRead(false);
        }
        if (held) {
            return;
        }
        ctx.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (linger == null && ctx.channel().isActive()) {
            linger = ctx.executor().schedule(() -> ctx.close(), LoopContext.LINGER_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void hold(long millis) {
        held = true;
        context()
                .executor()
                .schedule(
                        () -> {
                            held = false;
                            unflushedBytes = 0;
                            context().flush();
                            if (finishing) {
                                close();
                            } else {
                                resume();
                            }
                        },
                        millis,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void execute(Runnable task) {
        context().executor().execute(task);
    }

    @Override
    public void kill() {
        context().channel().close();
    }

    @Override
    public long unsentBytes() {
        ChannelOutboundBuffer buffer = context().channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public long unreadBytes() {
        return keptBytes;
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public String localAddress() {
        return localAddress;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    /** Whether it has been silent for so long that it may be disconnected. */
    boolean isIdle(long nowNanos, long limitNanos) {
        Session client = session();
        return !client.isListening() && nowNanos - client.lastActiveNanos() > limitNanos;
    }

    /** Whether it has had its time to say who it is. */
    boolean isLateStranger(long nowNanos, long limitNanos) {
        Session client = session();
        return !client.isAuthenticated() && nowNanos - client.createdNanos() > limitNanos;
    }
}
