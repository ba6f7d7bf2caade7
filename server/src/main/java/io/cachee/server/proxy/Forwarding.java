package io.cachee.server.proxy;

import io.cachee.l2.L2Failure;
import io.cachee.l2.Protocol;
import io.cachee.l2.ReplyHandler;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.ReplyReader;
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
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Requests that travel to L2 as they are, and replies that come back as they are. What a request writes is forgotten
 * here when it leaves, and again when its reply has come and before the client has it: in between, a load may have
 * brought what was there before.
 */
final class Forwarding {
    private static final String NO_MEMORY = "ERR there is no memory for the reply at the moment";

    private final SharedState shared;
    private final NearCache nearCache;
    private final int database;
    private final LargeReplies large;

    Forwarding(SharedState shared, NearCache nearCache, int database) {
        this.shared = shared;
        this.nearCache = nearCache;
        this.database = database;
        this.large = new LargeReplies(this, nearCache);
    }

    /** Replies that are larger than is taken over a shared connection. */
    LargeReplies large() {
        return large;
    }

    static Protocol protocolOf(Session session) {
        return session.resp3 ? Protocol.RESP3 : Protocol.RESP2;
    }

    /** Sends the call's request, and keeps its reply a place. */
    void pass(CommandContext call) {
        pass(call, call.request);
    }

    /** Sends another request in place of the call's, with the same first key. */
    void pass(CommandContext call, Request sent) {
        pass(call, sent, null);
    }

    /**
     * Sends another request in place of the call's, with the same first key.
     *
     * @param rewrite makes the client's reply of what L2 says, unless that is an error; null for what L2 says
     */
    void pass(CommandContext call, Request sent, @Nullable UnaryOperator<ByteBuf> rewrite) {
        Session session = call.session;
        boolean writes = call.command.writes || call.command.writesUnnamed;
        List<byte[]> written = writtenKeys(call);
        boolean unnamed = call.command.writesUnnamed;
        boolean changesAll = call.command.is(Trait.CHANGES_ALL);
        written.forEach(nearCache::forget);
        if (writes) {
            session.writesAwaited++;
            session.writesSent++;
            Tracking tracking = session.tracking;
            if (tracking != null && tracking.noLoop()) {
                // L2 reports the change as anybody's; who made it asked not to be told.
                written.forEach(key -> shared.tracking.changed(session, key));
            }
        }
        int slot = slotOf(call);
        int itsDatabase = session.database;
        Protocol protocol = protocolOf(session);
        int writesBefore = session.writesSent;
        PendingReply later = call.later();
        List<SplitCommands.Part> parts = rewrite == null ? SplitCommands.of(call, nearCache.l2()) : List.of();
        ByteBuf request = parts.isEmpty() ? RequestEncoder.encode(sent) : Unpooled.EMPTY_BUFFER;
        // What may have changed something is not asked twice.
        ByteBuf again = writes || !parts.isEmpty() ? Unpooled.EMPTY_BUFFER : request.retainedDuplicate();
        ReplyHandler handler = new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                again.release();
                ByteBuf copy = rewrite == null || ReplyReader.isError(frame) ? copyOf(frame) : rewrite.apply(frame);
                if (unnamed) {
                    afterChanges(slot, () -> over(copy));
                } else {
                    over(copy);
                }
            }

            @Override
            public void failed(L2Failure why) {
                boolean isTooLarge = why.kind() == L2Failure.Kind.TOO_LARGE;
                if (isTooLarge && again.isReadable()) {
                    byte[] bytes = ByteBufUtil.getBytes(again);
                    again.release();
                    large.askAgain(session, bytes, slot, itsDatabase, later, writesBefore);
                    return;
                }
                again.release();
                ByteBuf told = ReplyEncoder.error((isTooLarge ? "ERR " : "ERR L2 gave no answer: ") + why.getMessage());
                if (isTooLarge && unnamed) {
                    afterChanges(slot, () -> over(told));
                } else {
                    over(told);
                }
            }

            private void over(ByteBuf reply) {
                written.forEach(nearCache::forget);
                if (changesAll) {
                    nearCache.forgetAll();
                }
                deliver(session, later, reply, () -> session.writesAwaited -= writes ? 1 : 0);
            }
        };
        List<byte[]> behind = writtenBehind(call);
        Runnable send = () -> {
            behind.forEach(nearCache.writeBehind()::flush);
            if (parts.isEmpty()) {
                nearCache.l2().send(request, slot, protocol, itsDatabase, handler);
            } else {
                ReplyHandler each = new SplitCommands.Gathering(parts.size(), handler);
                parts.forEach(part -> nearCache.l2().send(part.request(), part.slot(), protocol, itsDatabase, each));
            }
        };
        if (mustTrack(call, slot) && !parts.isEmpty()) {
            ReplyHandler each = new SplitCommands.Gathering(parts.size(), afterwards(send));
            onLink(() -> parts.forEach(part -> nearCache.l2().sendTracked(part.exists(), part.slot(), each)));
        } else if (mustTrack(call, slot)) {
            byte[] exists = exists(call);
            onLink(() -> nearCache.l2().sendTracked(Unpooled.wrappedBuffer(exists), slot, afterwards(send)));
        } else {
            onLink(send);
        }
    }

    /** Keys of a request whose last write may not be in L2 yet: it has to be sent first. */
    List<byte[]> writtenBehind(CommandContext call) {
        return nearCache.writeBehind().pendingKeys() == 0 ? List.of() : call.command.keys(call.request);
    }

    /**
     * Runs a task when all has been heard that L2 had to report until now: what is answered over the tracked connection
     * comes behind it.
     */
    void afterChanges(int slot, Runnable task) {
        nearCache.l2().sendTracked(RequestEncoder.encode("PING"), Math.max(slot, 0), afterwards(task));
    }

    /** Whether the client keeps copies of what it is about to read. */
    boolean mustTrack(CommandContext call, int slot) {
        Session session = call.session;
        return session.tracking != null && !call.command.writes && slot >= 0 && session.database == database;
    }

    /** A request that has L2 report changes of the keys that a client is about to read over another connection. */
    static byte[] exists(CommandContext call) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add("EXISTS".getBytes(StandardCharsets.ISO_8859_1));
        arguments.addAll(call.command.keys(call.request));
        return RequestEncoder.bytes(arguments.toArray(byte[][]::new));
    }

    static ReplyHandler afterwards(Runnable send) {
        return new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                send.run();
            }

            @Override
            public void failed(L2Failure why) {
                send.run();
            }
        };
    }

    /** Runs a task on the event loop of the link, unless that has ended, and with it all that the task could change. */
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

    /** Gives a reply to the client, on its event loop. */
    static void deliver(Session session, PendingReply later, ByteBuf reply, Runnable first) {
        onClient(session, () -> {
            first.run();
            later.reply(reply);
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

    /** A reply; when there is no memory for its buffer, whoever asked is told so instead. */
    static ByteBuf orError(Supplier<ByteBuf> reply) {
        try {
            return reply.get();
        } catch (OutOfDirectMemoryError none) {
            return ReplyEncoder.error(NO_MEMORY);
        }
    }

    /** The keys that a request names and may write, of the database that is kept here. */
    List<byte[]> writtenKeys(CommandContext call) {
        boolean isElsewhere = call.session.database != database && !call.command.is(Trait.CROSSES_DATABASES);
        return isElsewhere ? List.of() : namedKeys(call);
    }

    /** The same, whatever the database. */
    static List<byte[]> namedKeys(CommandContext call) {
        Command command = call.command;
        return command.writes || command.writesUnnamed ? command.keys(call.request) : List.of();
    }

    /** The slot of a request's first key, or -1. */
    int slotOf(CommandContext call) {
        Request request = call.request;
        int key = call.command.firstKey(request);
        return key == 0 ? -1 : nearCache.l2().slotOf(request.buffer(), request.start(key), request.length(key));
    }
}
