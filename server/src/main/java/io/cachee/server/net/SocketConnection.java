package io.cachee.server.net;

import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.ConfinedTo;
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
import io.netty.util.concurrent.Future;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket, from its opening to its end. It knows bytes, not what they mean: a {@link Protocol} does.
 *
 * <p><b>Reading.</b> Netty reads by itself until the protocol calls {@link #stopReading}. The protocol has to do so
 * while the connection is not writable. This is the backpressure: a client that does not read its replies is not read
 * either.
 *
 * <p><b>Writing.</b> {@link #write} queues; a flush sends. Flushes wait for the end of the loop's turn, except where
 * much is queued. {@link Outbox} counts what the client has not taken, and ends a connection that leaves too much.
 *
 * <p><b>Writable</b> means that the client takes what it is sent, that no hold is on, and that no move is under way.
 * Whenever all three may have become true, the protocol is told.
 *
 * <p><b>Moving.</b> A connection may change its event loop ({@link LoopBinding}) while nothing is under way on it: the
 * protocol is idle, all output is taken, and it is not about to close.
 *
 * <p><b>Ending.</b> {@link #close} is the orderly way: it reads no more, sends what is queued, and closes; a client
 * that does not take the rest in time is cut off. {@link #kill} closes at once. However a connection ends, {@link
 * #leave} runs once and gives everything back.
 *
 * <p>A failure of anything that runs for the connection, be it called by Netty or by a task, ends this connection and
 * no other.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
@ConfinedTo("its event loop")
final class SocketConnection extends ChannelInboundHandlerAdapter {
    /** A connection that shall close once it is idle is looked at again after this. */
    private static final long RETRY_MILLIS = 2;

    private final Connections connections;
    private final LoopBinding binding;
    private final Transport transport;
    private final Protocol protocol;
    private final Outbox outbox;
    private final InputShare input;
    private final long openedNanos = System.nanoTime();
    private @Nullable ChannelHandlerContext context;
    private String remoteAddress = "";
    private String localAddress = "";

    /** The interval of its loop's load in which it was counted last. */
    private int countedIn;

    private boolean held;
    private boolean inputEnded;
    private boolean ending;
    private boolean closing;
    private boolean hasLeft;
    private volatile boolean killed;
    /** Ends it when its client does not take the last replies. */
    private @Nullable Future<?> linger;

    SocketConnection(Connections connections, LoopContext loop, Transport transport, Protocol.Factory protocols) {
        this.connections = connections;
        this.binding = new LoopBinding(this, loop);
        this.transport = transport;
        this.input = new InputShare(connections);
        this.protocol = protocols.open(this);
        this.outbox = new Outbox(this, protocol, connections);
    }

    // ---------------------------------------------------------------- opening

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        remoteAddress = describe(ctx.channel().remoteAddress());
        localAddress = describe(ctx.channel().localAddress());
        protocol.opened();
        accountInput();
        connections.add(this);
    }

    private String describe(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return transport == Transport.UNIX ? connections.socketPath() + ":0" : "?:0";
    }

    @AnyThread
    ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("not connected yet");
        }
        return known;
    }

    @AnyThread
    Channel channel() {
        return context().channel();
    }

    // ---------------------------------------------------------------- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        countedIn = binding.loop().load.count(countedIn);
        try {
            if (!ending && !killed) {
                protocol.bytesArrived(in);
                accountInput();
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flushQueued();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            inputEnded = true;
            protocol.inputEnded();
        }
    }

    /** Whether the client sends no more. */
    boolean isInputEnded() {
        return inputEnded;
    }

    void stopReading() {
        readAutomatically(false);
    }

    /** Reads again, if there is anything to expect. */
    void startReading() {
        if (!ending && !killed && !inputEnded) {
            readAutomatically(true);
        }
    }

    private void readAutomatically(boolean wanted) {
        Channel channel = channel();
        if (channel.config().isAutoRead() != wanted) {
            channel.config().setAutoRead(wanted);
        }
    }

    /** Reserves memory for requests, from what all connections may use together; false when there is too little. */
    boolean reserveInput(long bytes) {
        return input.reserve(bytes);
    }

    /** Counts what the protocol holds of requests, now that this may have changed. */
    void accountInput() {
        input.account(protocol.inputBytes());
    }

    /** Closes because a request of this size is too large for this connection, or for all together. */
    void refuseInput(long bytes) {
        connections.inputRefused(remoteAddress, bytes);
        kill();
    }

    /** Bytes of memory that its client takes on the heap. */
    @AnyThread
    long inputBytes() {
        return input.bytes();
    }

    /** Messages that wait for the client take more memory than before, or less. */
    @AnyThread
    void messagesGrew(long difference) {
        input.messagesGrew(difference);
    }

    // ---------------------------------------------------------------- writing

    /** Queues bytes for the client. The buffer is given away. */
    void write(ByteBuf bytes) {
        outbox.write(bytes);
    }

    /** Queues bytes for the client, and runs something when it has taken them, or is gone. */
    void write(ByteBuf bytes, Runnable taken) {
        outbox.write(bytes, taken);
    }

    /** Ends the connection when its client leaves too much unread. Call after an addition. */
    void limitOutput() {
        outbox.checkLimit();
    }

    /** Sends what is queued at the end of this turn of the loop. */
    void flush() {
        binding.loop().flush(this);
    }

    /** The same, if anything is queued. */
    void flushQueued() {
        if (outbox.unflushedBytes() > 0) {
            flush();
        }
    }

    /** Sends what is queued, unless a hold is on. */
    void flushNow() {
        if (!held && !hasLeft) {
            outbox.flush();
        }
    }

    /** Bytes that were queued since the last flush. */
    long unflushedBytes() {
        return outbox.unflushedBytes();
    }

    boolean isWritable() {
        return !held && !binding.isMoving() && channel().isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            outbox.account();
            reportWritable();
        }
    }

    private void reportWritable() {
        if (isWritable()) {
            protocol.writable();
        }
    }

    /** Sends nothing, and is not writable, for this long. */
    void hold(long millis) {
        held = true;
        after(this::endHold, millis, TimeUnit.MILLISECONDS);
    }

    private void endHold() {
        held = false;
        flushNow();
        if (ending) {
            close();
        } else {
            reportWritable();
        }
    }

    boolean isHeld() {
        return held;
    }

    /** Bytes that the client is still to be given: deferred, queued, or not taken yet. */
    @AnyThread
    long unsentBytes() {
        return outbox.unsentBytes();
    }

    Outbox outbox() {
        return outbox;
    }

    // ---------------------------------------------------------------- event loops

    @AnyThread
    LoopContext loop() {
        return binding.loop();
    }

    @AnyThread
    boolean isOnLoop() {
        return context().executor().inEventLoop();
    }

    /** Runs a task on its event loop. */
    @AnyThread
    void execute(Runnable task) {
        binding.execute(task);
    }

    /** Runs a task on its event loop after a while. */
    Future<?> after(Runnable task, long time, TimeUnit unit) {
        return binding.after(task, time, unit);
    }

    /** Lets another event loop serve it from now on, if nothing is under way on it. */
    @AnyThread
    void moveTo(LoopContext target) {
        binding.moveTo(target);
    }

    /** Whether nothing is under way. The handler of TLS keeps tasks on its loop, so TLS connections stay there. */
    boolean mayMove() {
        boolean isBusy = !protocol.isIdle() || unsentBytes() > 0 || !isWritable();
        boolean isEnding = ending || killed || inputEnded || !channel().isActive();
        return transport != Transport.TLS && !isBusy && !isEnding;
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        if (binding.arrive(protocol)) {
            reportWritable();
        }
    }

    // ---------------------------------------------------------------- ending

    /** Reads no more, sends what is queued, and closes; after a hold, if one is on. */
    void close() {
        ending = true;
        readAutomatically(false);
        if (held || closing || killed) {
            return;
        }
        closing = true;
        ChannelFuture written = context().writeAndFlush(Unpooled.EMPTY_BUFFER);
        written.addListener(ChannelFutureListener.CLOSE);
        if (!written.isDone()) {
            linger = after(this::kill, connections.lingerMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Closes as soon as the protocol is idle. */
    void closeWhenIdle() {
        if (protocol.isIdle()) {
            close();
        } else if (channel().isActive()) {
            after(this::closeWhenIdle, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Closes at once. */
    @AnyThread
    void kill() {
        killed = true;
        channel().close();
    }

    @AnyThread
    boolean isKilled() {
        return killed;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
    }

    /** The end, however it came about. */
    void leave() {
        if (hasLeft) {
            return;
        }
        hasLeft = true;
        killed = true;
        protocol.closed();
        connections.remove(this);
        outbox.account();
        cancelLinger();
        binding.end();
        input.end();
    }

    /** A timer would keep the connection in memory: thousands, where thousands come and go each second. */
    private void cancelLinger() {
        Future<?> timer = linger;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (isOutOfBuffers(cause) || isOutOfBuffers(cause.getCause())) {
            connections.ranOutOfMemory(this);
        } else if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            connections.failed(remoteAddress, cause);
        }
        kill();
    }

    /** Whether memory for buffers ran out, as Netty or the JDK reports it; not the heap. */
    private static boolean isOutOfBuffers(@Nullable Throwable cause) {
        return cause instanceof OutOfDirectMemoryError
                || cause instanceof OutOfMemoryError
                        && String.valueOf(cause.getMessage()).contains("direct buffer");
    }

    // ---------------------------------------------------------------- what others ask

    /** Where the client is: {@code address:port}, or the path of the Unix socket. */
    @AnyThread
    String remoteAddress() {
        return remoteAddress;
    }

    /** Where the client connected to. */
    @AnyThread
    String localAddress() {
        return localAddress;
    }

    @AnyThread
    Transport transport() {
        return transport;
    }

    /** Whether it has been silent for longer than this. */
    @AnyThread
    boolean isIdle(long nowNanos, long limitNanos) {
        return protocol.silentNanos(nowNanos) > limitNanos;
    }

    /** Whether its client should have authenticated by now. */
    @AnyThread
    boolean isLateStranger(long nowNanos, long limitNanos) {
        return protocol.isStranger() && nowNanos - openedNanos > limitNanos;
    }
}
