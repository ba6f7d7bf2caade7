package io.cachee.l2;

import io.cachee.resp.ProtocolException;
import io.cachee.resp.ReplyFrames;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one node, from its first byte to its last. It never reconnects: when it ends, all requests in
 * flight fail, and none is sent again.
 *
 * <p>Replies are matched to requests by their order alone. Push messages are delivered at their place among the
 * replies. When the connection ends, its owner is told before the requests in flight fail, so that no handler trusts
 * values that this connection no longer vouches for.
 */
@EventLoopConfined
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class NodeConnection extends ChannelInboundHandlerAdapter implements Handshake.Outcome {
    /** How it ended. */
    enum Ending {
        NOT_CONNECTED,
        TIMED_OUT,
        LOST,
        CLOSED
    }

    /** The owner of the connection. */
    interface Owner {
        /** The handshake has succeeded. */
        void up(NodeConnection connection);

        /** Called once, before the requests in flight fail. */
        void ended(NodeConnection connection, Ending ending, String why);

        /** A push message. The buffer is valid during the call only. */
        default void message(ByteBuf frame) {}

        /** At least one reply has arrived. */
        default void answered() {}

        /** An error has arrived, and its handler has been called. */
        default void refused(ByteBuf frame) {}
    }

    private final LinkContext link;
    private final HostPort address;
    private final boolean replica;
    private final ConnectionRole role;
    private final Owner owner;
    private final LinkCounter waiting;
    private final InFlight inFlight = new InFlight();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Channel channel;
    private boolean up;
    private long clientId;
    private boolean ended;

    private final ReplyFrames received;
    private final RequestBatch batch;
    private final Heartbeat heartbeat;
    private final ReplyMarkers markers;
    /** Whether part of a long reply has arrived since the deadline was last checked. */
    private boolean slowReply;

    private boolean reading;
    private @Nullable ScheduledFuture<?> connectTimer;
    private @Nullable ScheduledFuture<?> deadlineTimer;

    /** @param waiting counts the requests in flight of all connections of the node */
    NodeConnection(LinkContext link, Endpoint place, ConnectionRole role, Owner owner, LinkCounter waiting) {
        this.link = link;
        this.address = place.address();
        this.replica = place.replica();
        this.role = role;
        this.owner = owner;
        this.waiting = waiting;
        this.received = new ReplyFrames(link.options().mostReplyBytes());
        this.batch = new RequestBatch(link.loop());
        this.heartbeat = new Heartbeat(link, this);
        this.markers = new ReplyMarkers(link, this);
    }

    /** What the server calls the connection; 0 if it does not say. */
    long clientId() {
        return clientId;
    }

    // ---------------------------------------------------------------- beginning

    void connect() {
        int millis = link.options().connectMillis();
        connectTimer = link.loop()
                .schedule(
                        () -> end(Ending.NOT_CONNECTED, "connecting took longer than " + millis + " ms"),
                        millis,
                        TimeUnit.MILLISECONDS);
        link.blocking().resolve(address.host(), this::connect, why -> end(Ending.NOT_CONNECTED, why));
    }

    private void connect(InetAddress resolved) {
        if (ended) {
            return;
        }
        ChannelFuture connecting = link.connector().connect(resolved, address, this);
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                end(Ending.NOT_CONNECTED, FailureText.of(done.cause()));
            }
        });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        link.counters().connections.add(1);
        ctx.channel()
                .closeFuture()
                .addListener(closed -> link.counters().connections.add(-1));
        if (!link.connector().isTls()) {
            greet();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls) {
            if (tls.isSuccess()) {
                greet();
            } else {
                end(Ending.NOT_CONNECTED, FailureText.of(tls.cause()));
            }
        }
    }

    private void greet() {
        ChannelHandlerContext ctx = context;
        if (ended || ctx == null) {
            return;
        }
        Handshake handshake = new Handshake(link, role, replica, this);
        for (List<String> command : handshake.commands()) {
            write(RequestEncoder.encode(command.toArray(new String[0])), handshake, ctx, System.nanoTime());
        }
    }

    @Override
    public void succeeded(boolean echoes, long id) {
        up = true;
        clientId = id;
        markers.start(echoes);
        cancel(connectTimer);
        if (role.tracked()) {
            heartbeat.start();
        }
        owner.up(this);
    }

    @Override
    public void refused(String why) {
        end(Ending.NOT_CONNECTED, why);
    }

    // ---------------------------------------------------------------- sending

    /** Takes over the buffer. */
    void send(ByteBuf request, ReplyHandler handler) {
        ChannelHandlerContext ctx = context;
        if (ended || !up || ctx == null) {
            request.release();
            handler.failed(new L2Failure(L2Failure.Kind.NOT_CONNECTED, "no connection to " + address));
            return;
        }
        L2Options options = link.options();
        // A request larger than the limit is sent when no other is unsent.
        long unsentBytes = batch.unsentBytes();
        boolean isTooMuch = unsentBytes > 0 && unsentBytes + request.readableBytes() > options.mostBytes();
        if (isTooMuch || inFlight.size() >= options.mostRequests()) {
            request.release();
            link.counters().refused.add(1);
            String why = inFlight.size() + " requests wait for " + address + ", " + unsentBytes + " bytes to be sent";
            handler.failed(new L2Failure(L2Failure.Kind.OVERLOADED, why));
            return;
        }
        link.counters().sent.add(1);
        long now = System.nanoTime();
        if (markers.isDue(now)) {
            ReplyMarkers.Marker marker = markers.next();
            write(marker.request(), marker, ctx, now);
        }
        write(request, handler, ctx, now);
    }

    private void write(ByteBuf request, ReplyHandler handler, ChannelHandlerContext ctx, long nowNanos) {
        long wait = up ? link.options().deadlineMillis() : link.options().connectMillis();
        inFlight.add(handler, nowNanos + TimeUnit.MILLISECONDS.toNanos(wait));
        waiting.add(1);
        batch.add(request, ctx);
        if (deadlineTimer == null) {
            scheduleDeadline(TimeUnit.MILLISECONDS.toNanos(wait));
        }
    }

    // ---------------------------------------------------------------- receiving

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (ended) {
            in.release();
            return;
        }
        heartbeat.heard();
        received.add(in, ctx.alloc());
        reading = true;
        try {
            readReplies();
        } catch (ProtocolException e) {
            end(Ending.LOST, FailureText.of(e));
        } finally {
            reading = false;
            if (ended) {
                received.close();
            } else {
                received.releaseIfEmpty();
                noteProgress();
            }
        }
    }

    private void readReplies() throws ProtocolException {
        boolean answered = false;
        while (!ended && received.next()) {
            ByteBuf frame = received.frame();
            heartbeat.replyEnded();
            if (received.isMessage()) {
                owner.message(frame);
                continue;
            }
            ReplyHandler handler = inFlight.poll();
            if (handler == null) {
                markers.outOfStep("a reply came without a request");
                return;
            }
            waiting.add(-1);
            answered |= up;
            if (received.isTooLarge()) {
                handler.failed(tooLarge());
                continue;
            }
            boolean isError = ReplyReader.isError(frame);
            handler.reply(isError ? frame.duplicate() : frame);
            if (isError && up) {
                owner.refused(frame);
            }
        }
        if (answered && !ended) {
            owner.answered();
        }
    }

    private void noteProgress() {
        boolean isAmidReply = received.isAmidReply();
        slowReply |= isAmidReply;
        heartbeat.noteProgress(isAmidReply);
    }

    private L2Failure tooLarge() {
        slowReply = true;
        link.counters().tooLarge.add(1);
        String why = "its reply has " + received.length() + " bytes, and at most "
                + link.options().mostReplyBytes() + " are taken (--l2-max-reply)";
        return new L2Failure(L2Failure.Kind.TOO_LARGE, why);
    }

    /** The bytes received after the last reply, for whoever takes over the channel. The caller releases them. */
    @Nullable
    ByteBuf rest() {
        return received.rest();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(up ? Ending.LOST : Ending.NOT_CONNECTED, "closed by " + address);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(up ? Ending.LOST : Ending.NOT_CONNECTED, FailureText.of(cause));
    }

    // ---------------------------------------------------------------- time

    private void scheduleDeadline(long nanos) {
        deadlineTimer = link.loop().schedule(this::checkDeadline, nanos, TimeUnit.NANOSECONDS);
    }

    private void checkDeadline() {
        deadlineTimer = null;
        if (ended || inFlight.size() == 0) {
            return;
        }
        long left = inFlight.firstDeadline() - System.nanoTime();
        if (left > 0) {
            scheduleDeadline(left);
            return;
        }
        if (slowReply) {
            // A server that is sending a long reply is not silent.
            slowReply = false;
            scheduleDeadline(TimeUnit.MILLISECONDS.toNanos(link.options().deadlineMillis()));
            return;
        }
        String why = "no reply from " + address + " within " + link.options().deadlineMillis() + " ms";
        end(up ? Ending.TIMED_OUT : Ending.NOT_CONNECTED, why);
    }

    /** Keeps the connection from being silent. */
    void ping() {
        ChannelHandlerContext ctx = context;
        if (!ended && ctx != null) {
            write(RequestEncoder.encode("PING"), IgnoreReply.INSTANCE, ctx, System.nanoTime());
        }
    }

    void timedOut(String why) {
        end(Ending.TIMED_OUT, why);
    }

    void lost(String why) {
        end(Ending.LOST, why);
    }

    HostPort address() {
        return address;
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    // ---------------------------------------------------------------- the end

    void close(String why) {
        end(Ending.CLOSED, why);
    }

    /** Gives up the channel without closing it; this handler stays in the pipeline until the caller replaces it. */
    @Nullable
    ChannelHandlerContext release() {
        ended = true;
        cancelTimers();
        return context;
    }

    private void cancelTimers() {
        cancel(connectTimer);
        cancel(deadlineTimer);
        heartbeat.stop();
    }

    private void end(Ending ending, String why) {
        if (ended) {
            return;
        }
        ended = true;
        cancelTimers();
        owner.ended(this, ending, why);
        ReplyHandler first = ending == Ending.TIMED_OUT ? inFlight.poll() : null;
        if (first != null) {
            link.counters().timeouts.add(1);
            waiting.add(-1);
            L2Failure.Kind kind = received.isDropping() ? L2Failure.Kind.TOO_LARGE : L2Failure.Kind.TIMED_OUT;
            first.failed(new L2Failure(kind, why));
        }
        L2Failure lost = new L2Failure(L2Failure.Kind.CONNECTION_LOST, why);
        for (ReplyHandler next = inFlight.poll(); next != null; next = inFlight.poll()) {
            waiting.add(-1);
            next.failed(lost);
        }
        batch.release();
        if (!reading) {
            received.close();
        }
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }
}
