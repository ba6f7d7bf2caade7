package io.cachee.server.proxy;

import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.Request;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.Tracking;
import io.cachee.server.engine.Trait;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Forwards requests to L2 over shared connections, and replies to clients.
 *
 * <p>L1 forgets the keys that a request writes twice: when the request leaves, and when its reply has come, before the
 * client gets it. In between, a load may have brought back the old value.
 */
final class Forwarding {
    private static final String NO_MEMORY = "ERR there is no memory for the reply at the moment";

    private final SharedState shared;
    private final NearCache nearCache;
    private final int database;
    private final boolean mayAdminister;
    private final LargeReplies large;

    /**
     * @param database the database of L2 whose values are kept in L1
     * @param mayAdminister whether L2 is sent commands that change the server itself
     */
    Forwarding(SharedState shared, NearCache nearCache, int database, boolean mayAdminister) {
        this.shared = shared;
        this.nearCache = nearCache;
        this.database = database;
        this.mayAdminister = mayAdminister;
        this.large = new LargeReplies(this, nearCache, database);
    }

    /** Fetches replies that are too large for a shared connection. */
    LargeReplies large() {
        return large;
    }

    /** Whether a command changes the server behind, and the sidecar was not told to pass such commands on. */
    boolean isKeptFromL2(Command command) {
        return !mayAdminister && command.is(Trait.L2_ADMIN);
    }

    /** Works out what is known about a call's request. Call on the client's event loop. */
    RemoteRequest requestOf(CommandContext call) {
        return RemoteRequest.of(call, nearCache, database);
    }

    /** Forwards the call's request and keeps a place for its reply. */
    void pass(CommandContext call) {
        pass(call, call.request);
    }

    /** Forwards another request in place of the call's. Both must have the same first key. */
    void pass(CommandContext call, Request sent) {
        pass(call, sent, null);
    }

    /**
     * Forwards another request in place of the call's. Both must have the same first key.
     *
     * @param rewrite makes the client's reply of L2's reply, unless that is an error; null to leave it as it is
     */
    void pass(CommandContext call, Request sent, @Nullable UnaryOperator<ByteBuf> rewrite) {
        RemoteRequest request = requestOf(call);
        leave(request);
        List<SplitCommands.Part> parts =
                rewrite == null ? SplitCommands.of(request, call.request, nearCache) : List.of();
        ByteBuf encoded = parts.isEmpty() ? RequestEncoder.encode(sent) : Unpooled.EMPTY_BUFFER;
        new ForwardedRequest(this, nearCache, request, call, parts, encoded, rewrite).begin();
    }

    private void leave(RemoteRequest request) {
        if (!request.mayWrite()) {
            return;
        }
        List<byte[]> written = request.written();
        written.forEach(nearCache::forget);
        Session session = request.session();
        session.writesAwaited++;
        session.writesSent++;
        Tracking tracking = session.tracking;
        if (tracking != null && tracking.noLoop()) {
            // L2 does not know which client made the change, so NOLOOP must be applied here.
            written.forEach(key -> shared.tracking.changed(session, key));
        }
    }

    /**
     * Runs a task when L2 has reported all changes made until now. The PING travels over the tracked connection, and
     * its reply comes after these reports. Call on the link's event loop.
     */
    void afterChanges(int slot, Runnable task) {
        nearCache.l2().sendTracked(RequestEncoder.encode("PING"), Math.max(slot, 0), afterwards(task));
    }

    /** Runs a task when L2 has replied, whatever the reply, or has failed to reply. */
    static ReplyHandler afterwards(Runnable task) {
        return new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                task.run();
            }

            @Override
            public void failed(L2Failure why) {
                task.run();
            }
        };
    }

    /** Runs a task on the link's event loop. Once that has ended, there is nothing left for the task to do. */
    void onLink(Runnable task) {
        EventLoop loop = nearCache.loop();
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
            if (!loop.isShuttingDown()) {
                throw ended;
            }
        }
    }

    /** Runs a task and then gives a reply to the client, both on the client's event loop. */
    static void deliver(Session session, PendingReply place, ByteBuf reply, Runnable first) {
        onClient(session, () -> {
            first.run();
            place.reply(reply);
        });
    }

    /** Runs a task on the client's event loop. */
    static void onClient(Session session, Runnable task) {
        if (session.link.isOnLoop()) {
            task.run();
        } else {
            session.link.execute(task);
        }
    }

    static ByteBuf copyOf(ByteBuf frame) {
        int length = frame.readableBytes();
        return orError(() ->
                PooledByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(frame, frame.readerIndex(), length));
    }

    /** Builds a reply; returns an error instead if there is no memory for its buffer. */
    static ByteBuf orError(Supplier<ByteBuf> reply) {
        try {
            return reply.get();
        } catch (OutOfDirectMemoryError none) {
            return ReplyEncoder.error(NO_MEMORY);
        }
    }
}
