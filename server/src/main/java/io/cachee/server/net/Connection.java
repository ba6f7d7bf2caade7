package io.cachee.server.net;

import io.cachee.resp.ProtocolException;
import io.cachee.resp.Request;
import io.cachee.resp.RequestDecoder;
import io.cachee.resp.RequestsAhead;
import io.cachee.resp.RespLimits;
import io.cachee.server.engine.CommandExecutor;
import io.cachee.server.engine.Link;
import io.cachee.server.engine.Outcome;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
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
    /** What is to be done when it has arrived there. Of the thread that it leaves, then of the one that it comes to. */
    private final Deque<Runnable> postponed = new ArrayDeque<>();

    private final Transport transport;
    private final RequestDecoder decoder;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Session session;
    private String remoteAddress = "";
    private String localAddress = "";

    private final Unread unread;
    /** A request that has to wait, among the unread no more. */
    private @Nullable Request waiting;

    private boolean afterReplies;
    private final Outbox outbox;
    private final PauseWait pause = new PauseWait(this, this::resume);

    private boolean held;
    /** The client sends no more; what it has sent is still answered. */
    private boolean inputEnded;

    private boolean finishing;
    private boolean closing;
    private boolean running;
    private boolean hasLeft;
    /** When the load of its loop has counted it last. */
    private int counted;

    private volatile boolean killed;
    /** Ends it when its client does not take the last replies. */
    private @Nullable Future<?> linger;
    /** What the totals of all connections were told of this one. */
    private volatile long queryShare;
    /** What it may take beyond that in this turn. */
    private long queryReserved;

    Connection(Doorkeeper doorkeeper, LoopContext loop, Transport transport) {
        this.doorkeeper = doorkeeper;
        this.loop = loop;
        this.transport = transport;
        this.decoder = new RequestDecoder(RespLimits.STRANGER, true);
        this.unread = new Unread(loop.buffers, this::reserveForQuery);
        this.outbox = new Outbox(this, doorkeeper, this::repliesCame);
    }

    ChannelHandlerContext context() {
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
            boolean isBusy = unread.length() > 0 || unsentBytes() > 0 || !outbox.isEmpty() || isBlocked();
            boolean isEnding =
                    finishing || killed || inputEnded || !context().channel().isActive();
            // TLS keeps things of its own on the event loop.
            if (transport != Transport.TLS && target != loop && !isBusy && !isEnding) {
                next = target;
                // With io_uring Netty asks anew for a read that was cancelled while it was wanted, and never leaves.
                readAutomatically(false);
                context()
                        .deregister()
                        .addListener(_ ->
                                target.eventLoop.register(context().channel()).addListener(this::arrived));
            }
        });
    }

    /** A channel that is closed between two event loops tells nobody. */
    private void arrived(Future<?> move) {
        if (!move.isSuccess()) {
            context().channel().close();
            leave();
        }
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        LoopContext arrived = next;
        if (arrived != null) {
            loop = arrived;
            session().movedTo(arrived.executor);
            unread.use(arrived.buffers);
            next = null;
            doPostponed();
            resume();
        }
    }

    private void doPostponed() {
        while (next == null && !postponed.isEmpty()) {
            guarded(postponed.remove());
        }
    }

    LoopContext loop() {
        return loop;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        counted = loop.load.count(counted);
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
        if (outbox.unflushedBytes() > 0) {
            loop.flush(this);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && !held) {
            outbox.account();
            resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
    }

    private void leave() {
        if (hasLeft) {
            return;
        }
        hasLeft = true;
        killed = true;
        loop.executor.disconnected(session());
        doorkeeper.left(this);
        unread.clear();
        decoder.forget();
        waiting = null;
        outbox.forget();
        pause.forget();
        forgetLinger();
        next = null;
        doPostponed();
        accountQuery();
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
        if (session().transactionBytes() > 0 && !reserveForQuery(bytes)) {
            refuseQuery(left + (long) bytes);
        } else if (!blocked && left <= Buffers.SMALL_BYTES && left + bytes <= Buffers.SCRATCH_BYTES) {
            byte[] buffer = loop.buffers.scratch;
            System.arraycopy(unread.bytes(), 0, buffer, 0, left);
            in.readBytes(buffer, left, bytes);
            run(buffer, left + bytes);
        } else if (!unread.append(in, decoder, doorkeeper.queryBufferBytes())) {
            refuseQuery(left + (long) bytes);
        } else if (!blocked) {
            run(unread.bytes(), unread.length());
        }
    }

    private void refuseQuery(long bytes) {
        if (bytes > doorkeeper.queryBufferBytes()) {
            doorkeeper.queryTooLarge(remoteAddress);
        } else {
            doorkeeper.noRoomForQuery(remoteAddress);
        }
        kill();
        if (!running) {
            // Its channel may take a while to close.
            unread.clear();
            decoder.forget();
        }
    }

    private boolean reserveForQuery(long bytes) {
        boolean hasRoom = doorkeeper.reserveForQuery(bytes);
        queryReserved += hasRoom ? bytes : 0;
        return hasRoom;
    }

    /** Whether requests have to wait: for a command, for the end of a delay, or until the client reads. */
    private boolean isBlocked() {
        return waiting != null || held || next != null || outbox.isFull() || !outbox.isWritable();
    }

    private void accountQuery() {
        long share = hasLeft ? 0 : heldBytes();
        long difference = share - queryShare;
        long reserved = queryReserved;
        if (difference != 0 || reserved != 0) {
            queryShare = share;
            queryReserved = 0;
            doorkeeper.queriesGrew(difference, reserved);
        }
    }

    private long heldBytes() {
        Request request = waiting;
        long waits = request == null ? 0 : request.buffer().length;
        return waits + unread.capacity() + session().transactionBytes();
    }

    /** Bytes that its unfinished and waiting requests take, and its transaction. From any thread. */
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
            loop.ahead.clear();
            try {
                executor.end(client);
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
        RequestsAhead ahead = loop.ahead;
        while (!client.isClosing() && !killed) {
            Request request = waiting;
            if (request == null) {
                if (ahead.isEmpty()) {
                    decoder.lookAhead(ahead, buffer, limit);
                    executor.lookAhead(client, ahead);
                }
                if (!decoder.next(ahead, buffer, limit)) {
                    return;
                }
                request = decoder.request();
            }
            waiting = null;
            boolean stranger = !client.isAuthenticated();
            Outcome outcome = executor.execute(client, request, ahead.hasOneNamedLike(request));
            if (outcome != Outcome.DONE) {
                if (!reserveForQuery(request.size())) {
                    refuseQuery(request.size());
                    return;
                }
                waiting = request.copy();
                afterReplies = outcome == Outcome.AFTER_REPLIES;
                return;
            }
            if (stranger == client.isAuthenticated()) {
                adjustLimits();
                ahead.clear();
            }
            if (held || outbox.isFull()) {
                return;
            }
            if (executor.pendingBytes() + outbox.unflushedBytes() > LoopContext.FLUSH_BYTES) {
                executor.handOver();
                outbox.flush();
                if (!outbox.isWritable()) {
                    return;
                }
            }
        }
    }

    private void stopReading() {
        readAutomatically(false);
        if (waiting != null && !held && !afterReplies) {
            pause.begin();
        }
    }

    @Override
    public void pauseStopped() {
        execute(pause::stop);
    }

    private void readAutomatically(boolean wanted) {
        Channel channel = context().channel();
        if (channel.config().isAutoRead() != wanted) {
            channel.config().setAutoRead(wanted);
        }
    }

    /** Goes on where reading stopped. */
    private void resume() {
        if (running || finishing || killed || held || next != null) {
            return;
        }
        if (loop.running) {
            execute(this::resume);
            return;
        }
        boolean mayRun = !outbox.isFull() && (waiting == null || !afterReplies || outbox.isEmpty());
        if (mayRun && (waiting != null || unread.length() > 0) && outbox.isWritable()) {
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
        } else if (inputEnded && !finishing && !isBlocked() && outbox.isEmpty()) {
            finish();
        }
    }

    Future<?> after(Runnable step, long time, TimeUnit unit) {
        return context().executor().schedule(() -> guarded(step), time, unit);
    }

    /**
     * Does a step when no move is under way, on the loop that serves it now. Its failure ends the connection, as one of
     * what Netty calls does.
     */
    private void guarded(Runnable step) {
        EventExecutor now = context().channel().eventLoop();
        if (!now.inEventLoop()) {
            now.execute(() -> guarded(step));
            return;
        }
        if (next != null) {
            postponed.add(step);
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
        outbox.send(full);
    }

    @Override
    public PendingReply pendingReply() {
        return outbox.later();
    }

    @Override
    public boolean isOnLoop() {
        return context().executor().inEventLoop();
    }

    @Override
    public boolean hasPendingReplies() {
        return !outbox.isEmpty();
    }

    private void repliesCame() {
        if (!held) {
            outbox.flush();
        }
        if (finishing && outbox.isEmpty()) {
            close();
        } else {
            resume();
        }
    }

    @Override
    public void flush() {
        loop.flush(this);
    }

    void flushNow() {
        if (!held && !hasLeft) {
            outbox.flush();
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
        if (unread.length() == 0 && waiting == null && outbox.isEmpty()) {
            finish();
        } else if (context().channel().isActive()) {
            after(this::finishWhenIdle, LoopContext.RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void close() {
        ChannelHandlerContext ctx = context();
        finishing = true;
        readAutomatically(false);
        if (held || closing || killed || !outbox.isEmpty()) {
            return;
        }
        closing = true;
        ChannelFuture written = ctx.writeAndFlush(Unpooled.EMPTY_BUFFER);
        written.addListener(ChannelFutureListener.CLOSE);
        if (!written.isDone()) {
            linger = after(this::kill, doorkeeper.lingerMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** A timer would keep the connection in memory: thousands, where thousands come and go each second. */
    private void forgetLinger() {
        Future<?> timer = linger;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void hold(long millis) {
        held = true;
        after(
                () -> {
                    held = false;
                    outbox.flush();
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

    /** What its client is still to be given. */
    Outbox outbox() {
        return outbox;
    }

    @Override
    public long unsentBytes() {
        return outbox.unsentBytes();
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
}
