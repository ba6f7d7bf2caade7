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
import io.netty.util.internal.OutOfDirectMemoryError;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one node, from its first byte to its last. It is never made again: when it ends, all that waits for
 * a reply fails, and nothing is sent a second time.
 *
 * <p>Replies belong to requests by their order alone. Messages are handed over at their place among the replies. An
 * owner learns that the connection has ended before those who wait do, so that nobody takes what it vouched for as
 * vouched for still.
 *
 * <p>What is sent in one turn of the event loop is flushed once, at its end. The last request of a turn is held back
 * until then, for its write tells when all before it were written; small ones are gathered in one buffer.
 */
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

    /** Whose connection it is. */
    interface Owner {
        /** It is connected and has said who it is. */
        void up(NodeConnection connection);

        /** Called once, before those who wait are told. */
        void ended(NodeConnection connection, Ending ending, String why);

        /** A message beside the replies; good during the call. */
        default void message(ByteBuf frame) {}

        /** Replies have come. */
        default void answered() {}

        /** An error, which whoever asked has been given. */
        default void refused(ByteBuf frame) {}
    }

    private static final int GATHERED_BYTES = 16 << 10;

    private final LinkContext link;
    private final HostPort address;
    private final boolean replica;
    private final Role role;
    private final Owner owner;
    private final Count waiting;
    private final InFlight inFlight = new InFlight();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Channel channel;
    private boolean up;
    private boolean ended;

    private final ReplyFrames received;
    /** Whether a reply is on its way that takes its time, or was lately. */
    private boolean amidReply;
    /** Since when the reply that is coming has been coming; 0 while none is. */
    private long amidSince;

    private boolean reading;
    private boolean heard;
    private @Nullable ByteBuf held;
    /** Whether what is held is a buffer of one's own, with room for {@link #GATHERED_BYTES}. */
    private boolean gathers;

    private long heldTurnBytes;
    private long unsentBytes;
    private boolean flushIsDue;

    private @Nullable ScheduledFuture<?> connectTimer;
    private @Nullable ScheduledFuture<?> deadlineTimer;
    private @Nullable ScheduledFuture<?> heartbeatTimer;

    /** @param waiting counts the requests that wait for a reply, those of the owner's other connections too */
    NodeConnection(LinkContext link, Place place, Role role, Owner owner, Count waiting) {
        this.link = link;
        this.address = place.address();
        this.replica = place.replica();
        this.role = role;
        this.owner = owner;
        this.waiting = waiting;
        this.received = new ReplyFrames(link.options().mostReplyBytes());
    }

    // ---------------------------------------------------------------- beginning

    void connect() {
        int millis = link.options().connectMillis();
        connectTimer = link.loop()
                .schedule(
                        () -> end(Ending.NOT_CONNECTED, "connecting took longer than " + millis + " ms"),
                        millis,
                        TimeUnit.MILLISECONDS);
        link.lookup().resolve(address.host(), this::connect, why -> end(Ending.NOT_CONNECTED, why));
    }

    private void connect(InetAddress resolved) {
        if (ended) {
            return;
        }
        ChannelFuture connecting = link.connector().connect(resolved, address, this);
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                end(Ending.NOT_CONNECTED, Words.of(done.cause()));
            }
        });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        link.counts().connections.add(1);
        ctx.channel()
                .closeFuture()
                .addListener(closed -> link.counts().connections.add(-1));
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
                end(Ending.NOT_CONNECTED, Words.of(tls.cause()));
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
            write(RequestEncoder.encode(command.toArray(new String[0])), handshake, ctx);
        }
    }

    @Override
    public void succeeded() {
        up = true;
        cancel(connectTimer);
        if (role.tracked()) {
            scheduleHeartbeat();
        }
        owner.up(this);
    }

    @Override
    public void refused(String why) {
        end(Ending.NOT_CONNECTED, why);
    }

    // ---------------------------------------------------------------- sending

    /** The buffer is given away. */
    void send(ByteBuf request, ReplyHandler handler) {
        ChannelHandlerContext ctx = context;
        if (ended || !up || ctx == null) {
            request.release();
            handler.failed(new L2Failure(L2Failure.Kind.NOT_CONNECTED, "no connection to " + address));
            return;
        }
        L2Options options = link.options();
        // One request may be larger than the limit by itself, and goes when nothing else waits.
        boolean isTooMuch = unsentBytes > 0 && unsentBytes + request.readableBytes() > options.mostBytes();
        if (isTooMuch || inFlight.size() >= options.mostRequests()) {
            request.release();
            link.counts().refused.add(1);
            String why = inFlight.size() + " requests wait for " + address + ", " + unsentBytes + " bytes to be sent";
            handler.failed(new L2Failure(L2Failure.Kind.OVERLOADED, why));
            return;
        }
        link.counts().sent.add(1);
        write(request, handler, ctx);
    }

    private void write(ByteBuf request, ReplyHandler handler, ChannelHandlerContext ctx) {
        int bytes = request.readableBytes();
        long wait = up ? link.options().deadlineMillis() : link.options().connectMillis();
        inFlight.add(handler, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wait));
        waiting.add(1);
        hold(request, ctx);
        heldTurnBytes += bytes;
        unsentBytes += bytes;
        if (!flushIsDue) {
            flushIsDue = true;
            link.loop().execute(this::flush);
        }
        if (deadlineTimer == null) {
            scheduleDeadline(TimeUnit.MILLISECONDS.toNanos(wait));
        }
    }

    private void hold(ByteBuf request, ChannelHandlerContext ctx) {
        ByteBuf before = held;
        if (before == null) {
            held = request;
            return;
        }
        if (before.readableBytes() + request.readableBytes() > GATHERED_BYTES) {
            ctx.write(before, ctx.voidPromise());
            held = request;
            gathers = false;
            return;
        }
        if (!gathers) {
            ByteBuf gathered = roomToGather(ctx);
            if (gathered == null) {
                ctx.write(before, ctx.voidPromise());
                held = request;
                return;
            }
            gathered.writeBytes(before);
            before.release();
            before = gathered;
            held = gathered;
            gathers = true;
        }
        before.writeBytes(request);
        request.release();
    }

    /** Null when there is no memory: a request whose reply is awaited already must be sent all the same. */
    private static @Nullable ByteBuf roomToGather(ChannelHandlerContext ctx) {
        try {
            return ctx.alloc().buffer(GATHERED_BYTES);
        } catch (OutOfDirectMemoryError none) {
            return null;
        }
    }

    private void flush() {
        flushIsDue = false;
        gathers = false;
        ByteBuf last = held;
        ChannelHandlerContext ctx = context;
        if (last == null || ctx == null) {
            return;
        }
        long bytes = heldTurnBytes;
        held = null;
        heldTurnBytes = 0;
        ctx.writeAndFlush(last).addListener(written -> unsentBytes -= bytes);
    }

    // ---------------------------------------------------------------- receiving

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (ended) {
            in.release();
            return;
        }
        heard = true;
        received.add(in, ctx.alloc());
        reading = true;
        try {
            readReplies();
        } catch (ProtocolException e) {
            end(Ending.LOST, Words.of(e));
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
            amidSince = 0;
            if (received.isMessage()) {
                owner.message(frame);
                continue;
            }
            ReplyHandler handler = inFlight.poll();
            if (handler == null) {
                throw new ProtocolException("a reply that nobody has asked for");
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
        if (received.isAmidReply()) {
            amidReply = true;
            amidSince = amidSince == 0 ? System.nanoTime() | 1 : amidSince;
        } else {
            amidSince = 0;
        }
    }

    /** Whether reports of changes have been waiting behind a reply for longer than the feed may be silent. */
    private boolean isHeldUp() {
        return amidSince != 0
                && System.nanoTime() - amidSince
                        > TimeUnit.MILLISECONDS.toNanos(link.options().silenceMillis());
    }

    private L2Failure tooLarge() {
        amidReply = true;
        link.counts().tooLarge.add(1);
        String why = "its reply has " + received.length() + " bytes, and at most "
                + link.options().mostReplyBytes() + " are taken (--l2-max-reply)";
        return new L2Failure(L2Failure.Kind.TOO_LARGE, why);
    }

    /** What was read and belongs to nobody yet; the caller gives it back. Used when the channel is taken over. */
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
        end(up ? Ending.LOST : Ending.NOT_CONNECTED, Words.of(cause));
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
        if (amidReply) {
            // What takes its time is not silence.
            amidReply = false;
            scheduleDeadline(TimeUnit.MILLISECONDS.toNanos(link.options().deadlineMillis()));
            return;
        }
        String why = "no reply from " + address + " within " + link.options().deadlineMillis() + " ms";
        end(up ? Ending.TIMED_OUT : Ending.NOT_CONNECTED, why);
    }

    private void scheduleHeartbeat() {
        heartbeatTimer =
                link.loop().schedule(this::checkHeard, link.options().heartbeatMillis(), TimeUnit.MILLISECONDS);
    }

    private void checkHeard() {
        ChannelHandlerContext ctx = context;
        if (ended || ctx == null) {
            return;
        }
        if (isHeldUp()) {
            end(Ending.TIMED_OUT, "a reply of " + address + " held reports of changes up for too long");
            return;
        }
        if (heard) {
            heard = false;
            scheduleHeartbeat();
            return;
        }
        write(RequestEncoder.encode("PING"), Nobody.HERE, ctx);
        heartbeatTimer =
                link.loop().schedule(this::checkAnswered, link.options().silenceMillis(), TimeUnit.MILLISECONDS);
    }

    private void checkAnswered() {
        if (ended) {
            return;
        }
        if (heard) {
            checkHeard();
        } else {
            end(Ending.TIMED_OUT, address + " was silent for " + link.options().silenceMillis() + " ms");
        }
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

    /** Gives the channel to somebody else, who finds himself in the pipeline behind this handler. */
    @Nullable
    ChannelHandlerContext release() {
        ended = true;
        cancelTimers();
        return context;
    }

    private void cancelTimers() {
        cancel(connectTimer);
        cancel(deadlineTimer);
        cancel(heartbeatTimer);
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
            link.counts().timeouts.add(1);
            waiting.add(-1);
            L2Failure.Kind kind = received.isDropping() ? L2Failure.Kind.TOO_LARGE : L2Failure.Kind.TIMED_OUT;
            first.failed(new L2Failure(kind, why));
        }
        L2Failure lost = new L2Failure(L2Failure.Kind.CONNECTION_LOST, why);
        for (ReplyHandler next = inFlight.poll(); next != null; next = inFlight.poll()) {
            waiting.add(-1);
            next.failed(lost);
        }
        ByteBuf unsent = held;
        held = null;
        if (unsent != null) {
            unsent.release();
        }
        if (!reading) {
            received.close();
        }
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }
}
