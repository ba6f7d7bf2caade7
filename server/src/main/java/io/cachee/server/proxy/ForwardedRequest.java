package io.cachee.server.proxy;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.ReplyReader;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Trait;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way to L2 over a shared connection, and the handler of its reply. It is made on the client's event
 * loop; everything else happens on the link's.
 */
final class ForwardedRequest implements ReplyHandler, Runnable {
    private final Forwarding forwarding;
    private final NearCache nearCache;
    private final RemoteRequest request;
    private final PendingReply place;
    private final @Nullable UnaryOperator<ByteBuf> rewrite;
    /** One for each slot; empty if the request travels as it is. */
    private final List<SplitCommands.Part> parts;
    /** What is sent; empty if parts are sent instead. */
    private final ByteBuf encoded;
    /** What is sent again if the reply is too large; empty for a request that may have changed something. */
    private final ByteBuf again;
    /** How many writes the client had sent when it sent this request. */
    private final int writesBefore;

    /** @param rewrite makes the client's reply of L2's reply, unless that is an error; null to leave it as it is */
    ForwardedRequest(
            Forwarding forwarding,
            NearCache nearCache,
            RemoteRequest request,
            CommandContext call,
            List<SplitCommands.Part> parts,
            ByteBuf encoded,
            @Nullable UnaryOperator<ByteBuf> rewrite) {
        this.forwarding = forwarding;
        this.nearCache = nearCache;
        this.request = request;
        this.place = call.pendingReply();
        this.rewrite = rewrite;
        this.parts = parts;
        this.encoded = encoded;
        this.again = request.mayWrite() || !parts.isEmpty() ? Unpooled.EMPTY_BUFFER : encoded.retainedDuplicate();
        this.writesBefore = request.session().writesSent;
    }

    /** Sends the request, after L2 tracks its keys if it has to. Call on the client's event loop. */
    void begin() {
        if (!request.isTracked()) {
            forwarding.onLink(this);
        } else if (parts.isEmpty()) {
            byte[] exists = request.exists();
            forwarding.onLink(() -> nearCache
                    .l2()
                    .sendTracked(Unpooled.wrappedBuffer(exists), request.slot(), Forwarding.afterwards(this)));
        } else {
            ReplyHandler each = new SplitCommands.MergedReply(parts.size(), Forwarding.afterwards(this));
            forwarding.onLink(
                    () -> parts.forEach(part -> nearCache.l2().sendTracked(part.exists(), part.slot(), each)));
        }
    }

    /** Sends the request. */
    @Override
    public void run() {
        L2 l2 = nearCache.l2();
        request.flushWritesBehind(nearCache);
        if (parts.isEmpty()) {
            l2.send(encoded, request.slot(), request.protocol(), request.database(), this);
        } else {
            ReplyHandler each = new SplitCommands.MergedReply(parts.size(), this);
            parts.forEach(part -> l2.send(part.request(), part.slot(), request.protocol(), request.database(), each));
        }
    }

    @Override
    public void reply(ByteBuf frame) {
        again.release();
        UnaryOperator<ByteBuf> change = rewrite;
        ByteBuf reply = change == null || ReplyReader.isError(frame) ? Forwarding.copyOf(frame) : change.apply(frame);
        if (request.command().writesUnnamed) {
            forwarding.afterChanges(request.slot(), () -> deliver(reply));
        } else {
            deliver(reply);
        }
    }

    @Override
    public void failed(L2Failure why) {
        boolean isTooLarge = why.kind() == L2Failure.Kind.TOO_LARGE;
        if (isTooLarge && again.isReadable()) {
            byte[] bytes = ByteBufUtil.getBytes(again);
            again.release();
            forwarding.large().askAgain(request, bytes, place, writesBefore);
            return;
        }
        again.release();
        ByteBuf error = ReplyEncoder.error((isTooLarge ? "ERR " : "ERR L2 gave no answer: ") + why.getMessage());
        if (isTooLarge && request.command().writesUnnamed) {
            forwarding.afterChanges(request.slot(), () -> deliver(error));
        } else {
            deliver(error);
        }
    }

    private void deliver(ByteBuf reply) {
        request.written().forEach(nearCache::forget);
        if (request.command().is(Trait.CHANGES_ALL)) {
            nearCache.forgetAll();
        }
        Forwarding.deliver(request.session(), place, reply, () -> {
            if (request.mayWrite()) {
                request.session().writesAwaited--;
            }
        });
    }
}
