package io.cachee.server.net;

import io.cachee.server.config.OutputLimit;
import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.ConfinedTo;
import io.cachee.server.engine.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;

/**
 * What a connection's client is still to be given: bytes that its protocol defers, bytes that are not flushed, and
 * bytes that the client has not taken. Ends the connection when this exceeds a limit.
 */
// Netty reports what fails to the connection.
@SuppressWarnings("FutureReturnValueIgnored")
@ConfinedTo("the connection's event loop")
final class Outbox {
    private final SocketConnection connection;
    private final Protocol protocol;
    private final Connections connections;
    private final boolean isTls;
    private final int flushBytes;
    private long unflushedBytes;
    /** What the total of all connections has been told of this one. */
    private long accounted;
    /** Since when the client has left more unread than the soft limit; 0 while it does not. */
    @ConfinedTo("the thread that ticks")
    private long overSoftLimitSince;

    Outbox(SocketConnection connection, Protocol protocol, Connections connections) {
        this.connection = connection;
        this.protocol = protocol;
        this.connections = connections;
        this.isTls = connection.transport() == Transport.TLS;
        this.flushBytes = connections.memory().flushBytes();
    }

    // ---------------------------------------------------------------- sending

    void write(ByteBuf bytes) {
        unflushedBytes += bytes.readableBytes();
        ChannelHandlerContext context = connection.context();
        context.write(bytes, isTls ? context.newPromise() : context.voidPromise());
    }

    void write(ByteBuf bytes, Runnable taken) {
        unflushedBytes += bytes.readableBytes();
        connection.context().write(bytes).addListener(_ -> taken.run());
    }

    long unflushedBytes() {
        return unflushedBytes;
    }

    void flush() {
        unflushedBytes = 0;
        connection.context().flush();
        account();
        // A client that has not authenticated gets no more memory than the channel takes at once.
        if (protocol.isStranger() && !connection.channel().isWritable() && !connection.isKilled()) {
            overflow();
        }
    }

    // ---------------------------------------------------------------- limits

    /** Ends the connection when the hard limit is exceeded. */
    void checkLimit() {
        // What TLS has not encrypted yet is not among the channel's bytes.
        long unsent = unsentBytes() + (isTls ? unflushedBytes : 0);
        if (unsent > connections.outputLimit().hardBytes()) {
            overflow();
        } else if (unsent > flushBytes) {
            account();
        }
    }

    private void overflow() {
        connections.outputTooLarge(connection.remoteAddress());
        connection.kill();
    }

    @AnyThread
    long unsentBytes() {
        Channel channel = connection.channel();
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return protocol.deferredBytes() + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
    }

    /** Bytes of memory that unsent replies take, here and in the kernel. */
    @AnyThread
    long outputBytes() {
        long unsent = unsentBytes();
        return unsent + (unsent > flushBytes ? connections.memory().blockedBytes() : 0);
    }

    /** Whether so much is queued that it should leave, even amid a batch. */
    boolean isFull(int pendingBytes) {
        return pendingBytes + unflushedBytes > flushBytes;
    }

    /** Tells the total of all connections how much there is now. */
    void account() {
        long share = outputBytes();
        long difference = share - accounted;
        if (difference != 0) {
            accounted = share;
            connections.outputGrew(difference);
        }
    }

    /** Corrects the total of all connections, where it may be wrong. */
    @ConfinedTo("the thread that ticks")
    void revise() {
        if (unsentBytes() > 0 || overSoftLimitSince != 0) {
            connection.execute(this::account);
        }
    }

    /** Whether the client has left more unread than the soft limit, and for longer than that allows. */
    @ConfinedTo("the thread that ticks")
    boolean isOverSoftLimit(long nowNanos, OutputLimit limit) {
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
