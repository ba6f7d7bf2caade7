package io.cachee.server.net;

import io.cachee.server.command.CommandExecutor;
import io.cachee.server.command.Later;
import io.cachee.server.command.Link;
import io.cachee.server.command.Outcome;
import io.cachee.server.command.Session;
import io.cachee.server.command.Transport;
import io.cachee.server.config.OutputLimit;
import io.cachee.server.resp.ProtocolException;
import io.cachee.server.resp.Request;
import io.cachee.server.resp.RespDecoder;
import io.cachee.server.resp.RespLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: bytes in, requests run on the spot, replies out. It stops reading while the client leaves
 * replies unread, while a command has to wait, and for good when the client breaks the protocol.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection extends ChannelInboundHandlerAdapter implements Link {
    private final Doorkeeper doorkeeper;
    /** Written by the thread of its event loop alone. */
    private volatile LoopContext loop;

    private final AtomicBoolean moveAsked = new AtomicBoolean();
    /** Where it is going, between two event loops. */
    private volatile @Nullable LoopContext next;

    private final Transport transport;
    private final RespDecoder decoder;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Session session;
    private String remoteAddress = "";
    private String localAddress = "";

    private final Unread unread;
    /** A request that has to wait, among the unread no more. */
    private @Nullable Request waiting;

    private final DeferredReplies deferred = new DeferredReplies(this::write, this::repliesCame);
    private boolean afterReplies;
    private boolean flushing;
    /** While a request waits for the end of CLIENT PAUSE: when it is tried again at the latest. */
    private @Nullable Future<?> pauseEnd;

    private boolean held;
    /** The client sends no more; what it has sent is still answered. */
    private boolean inputEnded;

    private boolean finishing;
    private boolean closing;
    private boolean running;
    private volatile boolean killed;
    private long unflushedBytes;
    /** What the totals of all connections were told of this one. */
    private volatile long queryShare;

    private long outputShare;
    /** Since when it has left more unread than the soft limit; 0 for not at all. Of the thread that ticks. */
    private long overSoftLimitSince;

    Connection(Doorkeeper doorkeeper, LoopContext loop, Transport transport) {
        this.doorkeeper = doorkeeper;
        this.loop = loop;
        this.transport = transport;
        this.decoder = new RespDecoder(RespLimits.STRANGER, true);
        this.unread = new Unread(loop.buffers);
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
        doorkeeper.entered(this);
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

    /** Lets another event loop serve it from now on, if nothing of it is under way. From any thread. */
    void moveTo(LoopContext target) {
        if (moveAsked.getAndSet(true)) {
            return;
        }
        execute(() -> {
            moveAsked.set(false);
            boolean isBusy = unread.length() > 0 || unsentBytes() > 0 || !deferred.isEmpty() || isBlocked();
            boolean isEnding =
                    finishing || killed || inputEnded || !context().channel().isActive();
            // TLS keeps things of its own on the event loop.
            if (transport != Transport.TLS && target != loop && !isBusy && !isEnding) {
                unread.clear();
                next = target;
                context()
                        .deregister()
                        .addListener(_ -> target.eventLoop
                                .register(context().channel())
                                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE));
            }
        });
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        LoopContext arrived = next;
        if (arrived != null) {
            loop = arrived;
            session().movedTo(arrived.executor);
            unread.use(arrived.buffers);
            next = null;
        }
    }

    LoopContext loop() {
        return loop;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (!finishing && !killed && !session().isClosing()) {
                loop.executor.received(in.readableBytes());
                receive(in);
                accountQuery();
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (unflushedBytes > 0 && !held) {
            flushNow();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && !held) {
            accountOutput();
            resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        killed = true;
        loop.executor.disconnected(session());
        doorkeeper.left(this);
        unread.clear();
        decoder.forget();
        waiting = null;
        deferred.forget();
        forgetPause();
        accountQuery();
        accountOutput();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            inputEnded = true;
            finishIfInputEnded();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (isOutOfBuffers(cause) || isOutOfBuffers(cause.getCause())) {
            doorkeeper.ranOutOfMemory(this);
        } else if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            doorkeeper.failed(remoteAddress, cause);
        }
        kill();
    }

    /** Whether there is no memory for buffers, as Netty says it and as the JDK does; the heap is another matter. */
    private static boolean isOutOfBuffers(@Nullable Throwable cause) {
        return cause instanceof OutOfDirectMemoryError
                || cause instanceof OutOfMemoryError
                        && String.valueOf(cause.getMessage()).contains("direct buffer");
    }

    // ---------------------------------------------------------------- reading

    private void receive(ByteBuf in) {
        int bytes = in.readableBytes();
        int left = unread.length();
        boolean blocked = isBlocked();
        if (!blocked && left <= Buffers.SMALL_BYTES && left + bytes <= Buffers.SCRATCH_BYTES) {
            byte[] buffer = loop.buffers.scratch;
            System.arraycopy(unread.bytes(), 0, buffer, 0, left);
            in.readBytes(buffer, left, bytes);
            run(buffer, left + bytes);
        } else if (!unread.append(in, decoder, doorkeeper.queryBufferBytes())) {
            doorkeeper.queryTooLarge(remoteAddress);
            kill();
        } else if (!blocked) {
            run(unread.bytes(), unread.length());
        }
    }

    /** Whether requests have to wait: for a command, for the end of a delay, or until the client reads. */
    private boolean isBlocked() {
        return waiting != null
                || held
                || deferred.isFull()
                || !context().channel().isWritable();
    }

    private void accountQuery() {
        Request request = waiting;
        long share = (long) unread.capacity() + (request == null ? 0 : request.buffer().length);
        long difference = share - queryShare;
        if (difference != 0) {
            queryShare = share;
            doorkeeper.queriesGrew(difference);
        }
    }

    private void accountOutput() {
        long share = unsentBytes();
        long difference = share - outputShare;
        if (difference != 0) {
            outputShare = share;
            doorkeeper.outputsGrew(difference);
        }
    }

    /** Bytes that its unfinished and waiting requests take. From any thread. */
    long queryShare() {
        return queryShare;
    }

    /** Runs the requests in a buffer, up to {@code limit}, and keeps what is left. */
    private void run(byte[] buffer, int limit) {
        CommandExecutor executor = loop.executor;
        Session client = session();
        running = true;
        loop.running = true;
        executor.begin(client);
        try {
            runRequests(executor, client, buffer, limit);
        } catch (ProtocolException broken) {
            executor.error("ERR Protocol error: " + broken.getMessage());
            doorkeeper.brokeProtocol(client, remoteAddress, broken);
            finishing = true;
            waiting = null;
        } finally {
            try {
                executor.end();
            } finally {
                running = false;
                loop.running = false;
            }
        }
        if (finishing || killed || client.isClosing()) {
            unread.clear();
            close();
            return;
        }
        unread.keepRest(buffer, limit, decoder, doorkeeper.queryBufferBytes());
        if (isBlocked()) {
            stopReading();
        }
    }

    private void runRequests(CommandExecutor executor, Session client, byte[] buffer, int limit)
            throws ProtocolException {
        while (!client.isClosing() && !killed) {
            Request request = waiting;
            if (request == null) {
                if (!decoder.next(buffer, limit)) {
                    return;
                }
                request = decoder.request();
            }
            waiting = null;
            boolean stranger = !client.isAuthenticated();
            Outcome outcome = executor.execute(client, request);
            if (outcome != Outcome.DONE) {
                waiting = request.copy();
                afterReplies = outcome == Outcome.AFTER_REPLIES;
                return;
            }
            if (stranger == client.isAuthenticated()) {
                adjustLimits();
            }
            if (held || deferred.isFull()) {
                return;
            }
            if (executor.pendingBytes() + unflushedBytes > LoopContext.FLUSH_BYTES) {
                executor.handOver();
                flushNow();
                if (!context().channel().isWritable()) {
                    return;
                }
            }
        }
    }

    private void flushNow() {
        unflushedBytes = 0;
        context().flush();
        accountOutput();
        if (!session().isAuthenticated() && !context().channel().isWritable() && !killed) {
            // Who has not said who it is gets no more memory than this.
            doorkeeper.outputTooLarge(remoteAddress);
            kill();
        }
    }

    private void stopReading() {
        readAutomatically(false);
        if (waiting != null && !held && !afterReplies && pauseEnd == null) {
            long nanos = loop.executor.awaitEndOfPause(this);
            pauseEnd = context().executor().schedule(() -> guarded(this::pauseOver), nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void pauseStopped() {
        execute(this::pauseOver);
    }

    private void pauseOver() {
        forgetPause();
        resume();
    }

    private void forgetPause() {
        Future<?> end = pauseEnd;
        if (end != null) {
            pauseEnd = null;
            end.cancel(false);
            loop.executor.forgetPause(this);
        }
    }

    private void readAutomatically(boolean wanted) {
        Channel channel = context().channel();
        if (channel.config().isAutoRead() != wanted) {
            channel.config().setAutoRead(wanted);
        }
    }

    /** Goes on where reading stopped. */
    private void resume() {
        if (running || finishing || killed || held) {
            return;
        }
        if (loop.running) {
            execute(this::resume);
            return;
        }
        boolean mayRun = !deferred.isFull() && (waiting == null || !afterReplies || deferred.isEmpty());
        if (mayRun
                && (waiting != null || unread.length() > 0)
                && context().channel().isWritable()) {
            run(unread.bytes(), unread.length());
            accountQuery();
            channelReadComplete(context());
        }
        if (!isBlocked() && !finishing && !killed) {
            finishIfInputEnded();
            if (!inputEnded) {
                readAutomatically(true);
            }
        }
    }

    private void finishIfInputEnded() {
        if (inputEnded && session().waitsInL2()) {
            // Who has hung up must not be given what another could take.
            kill();
        } else if (inputEnded && !finishing && !isBlocked() && deferred.isEmpty()) {
            finish();
        }
    }

    private void later(Runnable step, long millis) {
        context().executor().schedule(() -> guarded(step), millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Does a step when no move is under way, on the loop that serves it now. Its failure ends the connection, as one of
     * what Netty calls does.
     */
    private void guarded(Runnable step) {
        EventExecutor now = context().channel().eventLoop();
        if (next != null || !now.inEventLoop()) {
            now.execute(() -> guarded(step));
            return;
        }
        try {
            step.run();
        } catch (RuntimeException | OutOfMemoryError problem) {
            exceptionCaught(context(), problem);
        }
    }

    // ---------------------------------------------------------------- writing

    @Override
    public void send(ByteBuf full) {
        if (killed) {
            full.release();
            return;
        }
        if (deferred.isEmpty()) {
            write(full);
        } else {
            deferred.follow(full);
        }
        // What TLS has not encrypted yet is not among the channel's bytes.
        long unsent = unsentBytes() + (transport == Transport.TLS ? unflushedBytes : 0);
        if (unsent > doorkeeper.outputLimit().hardBytes()) {
            doorkeeper.outputTooLarge(remoteAddress);
            kill();
        } else if (unsent > LoopContext.FLUSH_BYTES) {
            accountOutput();
        }
    }

    /** What is sent has its place behind replies that are still to come. */
    private void write(ByteBuf full) {
        int bytes = full.readableBytes();
        loop.executor.sent(bytes);
        unflushedBytes += bytes;
        ChannelHandlerContext ctx = context();
        boolean isTls = transport == Transport.TLS;
        ctx.write(full, isTls ? ctx.newPromise() : ctx.voidPromise());
    }

    @Override
    public Later later() {
        return deferred.add();
    }

    @Override
    public boolean isOnLoop() {
        return context().executor().inEventLoop();
    }

    @Override
    public boolean hasLater() {
        return !deferred.isEmpty();
    }

    /** Those that come in one turn of the event loop leave together. */
    private void repliesCame() {
        if (!flushing && !killed) {
            flushing = true;
            context()
                    .executor()
                    .execute(() -> guarded(() -> {
                        flushing = false;
                        if (killed) {
                            return;
                        }
                        if (!held) {
                            flushNow();
                        }
                        if (finishing && deferred.isEmpty()) {
                            close();
                        } else {
                            resume();
                        }
                    }));
        }
    }

    @Override
    public void flush() {
        if (!held) {
            flushNow();
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
        if (unread.length() == 0 && waiting == null && deferred.isEmpty()) {
            finish();
        } else if (context().channel().isActive()) {
            later(this::finishWhenIdle, LoopContext.RETRY_MILLIS);
        }
    }

    private void close() {
        ChannelHandlerContext ctx = context();
        finishing = true;
        readAutomatically(false);
        if (held || closing || killed || !deferred.isEmpty()) {
            return;
        }
        closing = true;
        ChannelFuture written = ctx.writeAndFlush(Unpooled.EMPTY_BUFFER);
        written.addListener(ChannelFutureListener.CLOSE);
        if (!written.isDone()) {
            later(this::kill, doorkeeper.lingerMillis());
        }
    }

    @Override
    public void hold(long millis) {
        held = true;
        later(
                () -> {
                    held = false;
                    flushNow();
                    if (finishing) {
                        close();
                    } else {
                        resume();
                    }
                },
                millis);
    }

    @Override
    public void execute(Runnable task) {
        context().executor().execute(() -> guarded(task));
    }

    @Override
    public void kill() {
        killed = true;
        context().channel().close();
    }

    /** Whether it was told to go. From any thread. */
    boolean isKilled() {
        return killed;
    }

    /** Corrects what the total of all outputs was told. From any thread. */
    void reviseOutput() {
        if (unsentBytes() > 0 || overSoftLimitSince != 0) {
            execute(this::accountOutput);
        }
    }

    @Override
    public long unsentBytes() {
        ChannelOutboundBuffer buffer = context().channel().unsafe().outboundBuffer();
        return deferred.bytes() + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
    }

    @Override
    public long unreadBytes() {
        return unread.length();
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

    /** Whether it has left more unread than the soft limit, and for longer than that allows. Of one thread. */
    boolean isSlowReader(long nowNanos, OutputLimit limit) {
        if (unsentBytes() <= limit.softBytes()) {
            overSoftLimitSince = 0;
            return false;
        }
        if (overSoftLimitSince == 0) {
            overSoftLimitSince = nowNanos;
        }
        return nowNanos - overSoftLimitSince > TimeUnit.SECONDS.toNanos(limit.softSeconds());
    }
}
