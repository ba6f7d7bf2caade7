package io.cachee.server.proxy;

import io.cachee.l2.Dedicated;
import io.cachee.l2.DedicatedHandler;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.ReplyFrames;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The link's side of a client's own connection to L2: sends requests, cuts what L2 sends into frames, and has L1 forget
 * what was written. The methods that {@link OwnConnection} calls are called on the client's event loop; everything else
 * is confined to the link's.
 *
 * <p>Requests leave in order. A read whose keys L2 must track, and everything behind it, waits until L2 does.
 */
final class OwnLink implements DedicatedHandler {
    /** Gets what L2 sends, on the client's event loop. */
    interface Receiver {
        /** A reply or a message. The buffer is given away. */
        void received(ByteBuf frame);

        /** The connection is gone, or could not be made. */
        void lost(String why);
    }

    private final Session session;
    private final NearCache nearCache;
    private final Forwarding forwarding;
    private final Receiver receiver;
    private final WrittenKeys written;
    private final ReplyFrames frames;
    private final Deque<Runnable> held = new ArrayDeque<>();
    private boolean awaitsTracking;
    /** How many frames wait until L2 has reported changes. Those that come after them wait too, to stay in order. */
    private int framesHeld;

    private @Nullable Dedicated connection;

    OwnLink(Session session, NearCache nearCache, Forwarding forwarding, Receiver receiver) {
        this.session = session;
        this.nearCache = nearCache;
        this.forwarding = forwarding;
        this.receiver = receiver;
        this.written = new WrittenKeys(nearCache);
        this.frames = new ReplyFrames(nearCache.l2().mostReplyBytes());
    }

    // ---------------------------------------------------------------- on the client's event loop

    /** Connects to the node of the first request. */
    void connect(RemoteRequest first) {
        forwarding.onLink(
                () -> connection = nearCache.l2().dedicate(first.slot(), first.protocol(), first.database(), this));
    }

    /** Sends a request that names no key. */
    void send(ByteBuf encoded) {
        forwarding.onLink(() -> {
            held.add(() -> sendNow(encoded));
            sendHeld();
        });
    }

    /** @param keys the keys that L1 must forget because the request may write them */
    void send(RemoteRequest request, List<byte[]> keys, ByteBuf encoded) {
        forwarding.onLink(() -> {
            if (request.isTracked()) {
                held.add(() -> track(request));
            }
            request.flushWritesBehind(nearCache);
            held.add(() -> {
                written.add(request.command(), keys, request.slot());
                sendNow(encoded);
            });
            sendHeld();
        });
    }

    /** L2 has replied to everything, and no transaction is open: what was written so far is forgotten for good. */
    void endWrites() {
        forwarding.onLink(written::clear);
    }

    /** Ends the wait of a command that blocks, and gives L2's reply to the client that asked for it. Any thread. */
    void unblock(boolean withError, Session by, PendingReply place) {
        forwarding.onLink(() -> {
            Dedicated over = connection;
            if (over == null) {
                Forwarding.deliver(by, place, ReplyEncoder.integer(0), () -> {});
                return;
            }
            over.unblock(withError, new ReplyHandler() {
                @Override
                public void reply(ByteBuf frame) {
                    Forwarding.deliver(by, place, Forwarding.copyOf(frame), () -> {});
                }

                @Override
                public void failed(L2Failure why) {
                    Forwarding.deliver(by, place, ReplyEncoder.integer(0), () -> {});
                }
            });
        });
    }

    void close() {
        forwarding.onLink(() -> {
            Dedicated over = connection;
            if (over != null) {
                over.close();
            }
            frames.close();
        });
    }

    // ---------------------------------------------------------------- on the link's event loop

    private void sendNow(ByteBuf encoded) {
        Dedicated over = connection;
        if (over == null) {
            encoded.release();
        } else {
            over.send(encoded);
        }
    }

    /** Holds what follows until L2 is sure to report changes of the keys that are about to be read. */
    private void track(RemoteRequest request) {
        awaitsTracking = true;
        ByteBuf exists = Unpooled.wrappedBuffer(request.exists());
        nearCache.l2().sendTracked(exists, request.slot(), Forwarding.afterwards(() -> {
            awaitsTracking = false;
            sendHeld();
        }));
    }

    private void sendHeld() {
        while (!awaitsTracking && !held.isEmpty()) {
            held.remove().run();
        }
    }

    @Override
    public void connected() {
        // The connection itself sends the requests that were waiting for it.
    }

    @Override
    public void received(ByteBuf bytes) {
        if (!frames.take(bytes, this::receivedWhole)) {
            closed("a reply that is none, or too large (--l2-max-reply)");
        }
    }

    private void receivedWhole(ByteBuf frame) {
        written.forget();
        ByteBuf copy = Forwarding.copyOf(frame);
        if (!written.hasUnnamed() && framesHeld == 0) {
            handOver(copy);
            return;
        }
        framesHeld++;
        forwarding.afterChanges(written.slotOfUnnamed(), () -> {
            framesHeld--;
            handOver(copy);
        });
    }

    private void handOver(ByteBuf frame) {
        Forwarding.onClient(session, () -> receiver.received(frame));
    }

    @Override
    public void writabilityChanged(boolean writable) {
        // The client's limits bound its requests, and L2's limits those of a transaction.
    }

    @Override
    public void closed(String why) {
        frames.close();
        Forwarding.onClient(session, () -> receiver.lost(why));
    }
}
