package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A shared connection to a node, with reconnects. A tracked one is always reconnected, another only while it is in use.
 * Requests wait while it is opened for the first time; after a failure they are refused until it is up again.
 */
@EventLoopConfined
final class SharedLink implements NodeConnection.Owner {
    private record Waiting(ByteBuf request, ReplyHandler handler) {}

    private static final int IDLE_TICK_SECONDS = 20;
    private static final int IDLE_TICKS = 3;

    private final LinkContext link;
    private final Node node;
    private final ConnectionRole role;
    private final Backoff backoff;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long waitingBytes;
    /** Set while it is being opened, and while it is up. */
    private @Nullable NodeConnection connection;

    private boolean up;
    private boolean locating;
    private boolean closed;
    /** Whether it has failed, and the node has not recovered since. */
    private boolean troubled;

    private boolean wasUpBefore;

    private int idleTicks;
    private @Nullable ScheduledFuture<?> retry;
    private @Nullable ScheduledFuture<?> idleTimer;

    SharedLink(LinkContext link, Node node, ConnectionRole role) {
        this.link = link;
        this.node = node;
        this.role = role;
        this.backoff =
                new Backoff(link.options().firstRetryMillis(), link.options().lastRetryMillis(), link.random());
    }

    boolean isUp() {
        return up;
    }

    boolean isConnecting() {
        return locating || (connection != null && !up);
    }

    // ---------------------------------------------------------------- connecting

    /** Begins to connect, unless it has begun. */
    void open() {
        ScheduledFuture<?> planned = retry;
        if (planned != null) {
            planned.cancel(false);
            retry = null;
        }
        if (closed || locating || connection != null) {
            return;
        }
        locating = true;
        node.locate(role, this::connect, why -> {
            locating = false;
            failed(why);
        });
    }

    private void connect(Endpoint place) {
        locating = false;
        if (closed || connection != null) {
            return;
        }
        NodeConnection made = new NodeConnection(link, place, role, this, node.inFlight());
        connection = made;
        made.connect();
    }

    @Override
    public void up(NodeConnection made) {
        up = true;
        if (wasUpBefore) {
            link.counters().reconnects.add(1);
        }
        wasUpBefore = true;
        troubled = false;
        backoff.succeeded();
        node.up(role);
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            waitingBytes -= next.request.readableBytes();
            made.send(next.request, next.handler);
        }
    }

    @Override
    public void ended(NodeConnection gone, NodeConnection.Ending ending, String why) {
        connection = null;
        boolean wasUp = up;
        up = false;
        if (wasUp && (role.tracked() || !closed)) {
            node.down(role, ending, why);
        }
        if (closed) {
            return;
        }
        if (wasUp) {
            troubled = true;
            again();
        } else {
            failed(why);
        }
    }

    private void failed(String why) {
        troubled = true;
        if (!closed) {
            node.failed(why);
        }
        failWaiting(why);
        if (!closed) {
            again();
        }
    }

    private void failWaiting(String why) {
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            waitingBytes -= next.request.readableBytes();
            refuse(next.request, next.handler, L2Failure.Kind.NOT_CONNECTED, why);
        }
    }

    private void again() {
        boolean isWanted = role.tracked() || idleTicks < IDLE_TICKS;
        // While the breaker is open, its probes reconnect.
        if (isWanted && !node.isBroken() && retry == null && connection == null) {
            retry = link.loop().schedule(this::retry, backoff.nextMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void retry() {
        retry = null;
        if (!node.isBroken()) {
            open();
        }
    }

    /** The node has recovered: requests may wait for the connection again. */
    void forgive() {
        troubled = false;
    }

    // ---------------------------------------------------------------- sending

    void send(ByteBuf request, ReplyHandler handler) {
        idleTicks = 0;
        if (idleTimer == null && !role.tracked() && !closed) {
            scheduleIdle();
        }
        NodeConnection open = connection;
        if (up && open != null) {
            open.send(request, handler);
            return;
        }
        if (!troubled && !role.tracked() && !closed) {
            enqueue(request, handler);
            open();
            return;
        }
        if (!role.tracked() && retry == null) {
            open();
        }
        refuse(request, handler, L2Failure.Kind.NOT_CONNECTED, "no connection to " + node.name());
    }

    private void enqueue(ByteBuf request, ReplyHandler handler) {
        int bytes = request.readableBytes();
        boolean isTooMuch =
                waitingBytes > 0 && waitingBytes + bytes > link.options().mostBytes();
        if (isTooMuch || waiting.size() >= link.options().mostRequests()) {
            String why = waiting.size() + " requests wait for a connection to " + node.name();
            refuse(request, handler, L2Failure.Kind.OVERLOADED, why);
            return;
        }
        waitingBytes += bytes;
        waiting.add(new Waiting(request, handler));
    }

    private void refuse(ByteBuf request, ReplyHandler handler, L2Failure.Kind kind, String why) {
        request.release();
        link.counters().refused.add(1);
        handler.failed(new L2Failure(kind, why));
    }

    // ---------------------------------------------------------------- replies and messages

    @Override
    public void message(ByteBuf frame) {
        if (role.tracked()) {
            Invalidations.tell(frame, node);
        }
    }

    @Override
    public void answered() {
        node.answered();
    }

    @Override
    public void refused(ByteBuf frame) {
        node.refused(frame);
    }

    // ---------------------------------------------------------------- ending

    private void scheduleIdle() {
        idleTimer = link.loop().schedule(this::tick, IDLE_TICK_SECONDS, TimeUnit.SECONDS);
    }

    private void tick() {
        idleTimer = null;
        if (closed) {
            return;
        }
        idleTicks++;
        if (idleTicks < IDLE_TICKS) {
            scheduleIdle();
            return;
        }
        end("not used");
    }

    /** Ends the current connection. It is made again if it is in use. */
    void drop(String why) {
        NodeConnection open = connection;
        if (open != null) {
            open.close(why);
        }
    }

    private void end(String why) {
        close(why);
        closed = false;
        troubled = false;
    }

    /** Ends it for good. */
    void close(String why) {
        closed = true;
        drop(why);
        failWaiting(why);
        ScheduledFuture<?> planned = retry;
        if (planned != null) {
            planned.cancel(false);
            retry = null;
        }
        ScheduledFuture<?> ticking = idleTimer;
        if (ticking != null) {
            ticking.cancel(false);
            idleTimer = null;
        }
    }
}
