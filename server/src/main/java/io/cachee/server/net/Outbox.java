package io.cachee.server.net;

import io.cachee.server.config.OutputLimit;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;

/**
 * What a connection's client is still to be given: replies that are to come, replies that are not flushed, and what the
 * client has not taken. Of the connection's event loop, but for what says otherwise.
 */
// Netty reports what fails to the connection.
@SuppressWarnings("FutureReturnValueIgnored")
final class Outbox {
    private final Connection connection;
    private final Doorkeeper doorkeeper;
    private final boolean isTls;
    private final DeferredReplies deferred =
            new DeferredReplies(this::write, this::writePart, this::repliesCame, this::checkLimit);
    private final Runnable afterReplies;
    private long unflushedBytes;
    private boolean flushPlanned;
    /** What the total of all connections was told of this one. */
    private long accounted;
    /** Since when it has left more unread than the soft limit; 0 for not at all. Of the thread that ticks. */
    private long overSoftLimitSince;

    /** @param afterReplies is run when replies have come that were waited for, in a turn of their own */
    Outbox(Connection connection, Doorkeeper doorkeeper, Runnable afterReplies) {
        this.connection = connection;
        this.doorkeeper = doorkeeper;
        this.isTls = connection.transport() == Transport.TLS;
        this.afterReplies = afterReplies;
    }

    /** Whether no reply is to come. */
    boolean isEmpty() {
        return deferred.isEmpty();
    }

    /** Whether so many replies are to come that no more requests should be read. */
    boolean isFull() {
        return deferred.isFull();
    }

    boolean isWritable() {
        return connection.context().channel().isWritable();
    }

    PendingReply later() {
        return deferred.add();
    }

    // ---------------------------------------------------------------- sending

    void send(ByteBuf full) {
        if (connection.isKilled()) {
            full.release();
            return;
        }
        if (deferred.isEmpty()) {
            write(full);
        } else {
            deferred.follow(full);
        }
        checkLimit();
    }

    private void checkLimit() {
        // What TLS has not encrypted yet is not among the channel's bytes.
        long unsent = unsentBytes() + (isTls ? unflushedBytes : 0);
        if (unsent > doorkeeper.outputLimit().hardBytes()) {
            overflow();
        } else if (unsent > LoopContext.FLUSH_BYTES) {
            account();
        }
    }

    private void overflow() {
        doorkeeper.outputTooLarge(connection.remoteAddress());
        connection.kill();
    }

    /** What is sent has its place behind replies that are still to come. */
    private void write(ByteBuf full) {
        int bytes = full.readableBytes();
        connection.loop().executor.sent(bytes);
        unflushedBytes += bytes;
        ChannelHandlerContext context = connection.context();
        context.write(full, isTls ? context.newPromise() : context.voidPromise());
    }

    private void writePart(ByteBuf part, Runnable taken) {
        int bytes = part.readableBytes();
        connection.loop().executor.sent(bytes);
        unflushedBytes += bytes;
        connection.context().write(part).addListener(_ -> taken.run());
    }

    long unflushedBytes() {
        return unflushedBytes;
    }

    void flush() {
        unflushedBytes = 0;
        connection.context().flush();
        account();
        if (!connection.session().isAuthenticated() && !isWritable() && !connection.isKilled()) {
            // Who has not said who it is gets no more memory than this.
            overflow();
        }
    }

    /** Those that come in one turn of the event loop leave together. */
    private void repliesCame() {
        if (!flushPlanned && !connection.isKilled()) {
            flushPlanned = true;
            connection.execute(() -> {
                flushPlanned = false;
                if (!connection.isKilled()) {
                    afterReplies.run();
                }
            });
        }
    }

    /** Nobody is there any more to reply to. */
    void forget() {
        deferred.forget();
        account();
    }

    // ---------------------------------------------------------------- how much there is

    /** From any thread. */
    long unsentBytes() {
        ChannelOutboundBuffer buffer = connection.context().channel().unsafe().outboundBuffer();
        return deferred.bytes() + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
    }

    void account() {
        long share = unsentBytes();
        long difference = share - accounted;
        if (difference != 0) {
            accounted = share;
            doorkeeper.outputsGrew(difference);
        }
    }

    /** Corrects what the total of all outputs was told. From any thread. */
    void revise() {
        if (unsentBytes() > 0 || overSoftLimitSince != 0) {
            connection.execute(this::account);
        }
    }

    /** Whether the client has left more unread than the soft limit, and for longer than that allows. Of one thread. */
    boolean isLeftUnread(long nowNanos, OutputLimit limit) {
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
