package io.cachee.server.net;

import io.cachee.resp.ProtocolException;
import io.cachee.resp.Request;
import io.cachee.resp.RequestDecoder;
import io.cachee.resp.RequestsAhead;
import io.cachee.resp.RespLimits;
import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.CommandExecutor;
import io.cachee.server.engine.ConfinedTo;
import io.cachee.server.engine.Link;
import io.cachee.server.engine.Outcome;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.Transport;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * RESP on a connection: decodes requests, has them run at once, on the event loop that read them, and sends the replies
 * in the order of the requests. The engine knows it as {@link Link}.
 *
 * <p><b>A batch</b> is all that arrived with one read. It is decoded in an array that belongs to the loop; only an
 * unfinished request at its end is copied into {@link UnreadRequests}. Before a command runs, the decoder looks ahead,
 * so that the engine can prefetch what the following commands need. The replies of a batch share one buffer, which the
 * executor of the loop hands over by {@link #send}. Therefore no second batch may begin on a loop while one runs.
 *
 * <p><b>Blocked.</b> Nothing is run and nothing is read while
 * <ul>
 *   <li>a request waits for the end of CLIENT PAUSE ({@link PauseWait}), or for all replies that are still to come,
 *   <li>too many replies are still to come ({@link DeferredReplies}),
 *   <li>the connection is not writable.
 * </ul>
 * What has arrived by then stays in {@link UnreadRequests}. Each of these calls {@link #resume} at its end, which runs
 * what is there, and reads again if nothing else blocks.
 *
 * <p><b>Ending.</b> After QUIT, a protocol error, or the end of the input, no further request is run
 * ({@link #finishing}), and the connection closes as soon as no reply is still to come.
 */
@ConfinedTo("the connection's event loop")
final class RespProtocol implements Protocol, Link {
    private final SocketConnection connection;
    private final RespFactory factory;
    private final SharedState shared;
    private RespLoop loop;
    private final RequestDecoder decoder = new RequestDecoder(RespLimits.STRANGER, true);
    private final UnreadRequests unread;
    private final DeferredReplies deferred;
    private final PauseWait pause;
    private @Nullable Session session;

    /** A request that has to wait. It is no longer among the unread. */
    private @Nullable Request waiting;

    /** Whether that waits for replies that are still to come, and not for the end of a pause. */
    private boolean waitsForReplies;

    private boolean running;
    private boolean finishing;
    private boolean flushPlanned;

    RespProtocol(SocketConnection connection, RespFactory factory, SharedState shared) {
        this.connection = connection;
        this.factory = factory;
        this.shared = shared;
        this.loop = factory.loop(connection.loop());
        this.unread = new UnreadRequests(loop.buffers, connection::reserveInput);
        this.deferred = new DeferredReplies(this::write, this::writePart, this::planFlush, connection::limitOutput);
        this.pause = new PauseWait(this, connection);
    }

    private Session session() {
        Session known = session;
        if (known == null) {
            throw new IllegalStateException("not connected yet");
        }
        return known;
    }

    CommandExecutor executor() {
        return loop.executor;
    }

    // ---------------------------------------------------------------- events of the connection

    @Override
    public void opened() {
        session = loop.executor.connected(this);
        adjustLimits();
    }

    private void adjustLimits() {
        if (session().isAuthenticated()) {
            decoder.limit(new RespLimits(RespLimits.MAX_ARGUMENTS, shared.maxBulkBytes()), false);
        } else {
            decoder.limit(RespLimits.STRANGER, true);
        }
    }

    @Override
    public void bytesArrived(ByteBuf in) {
        if (!finishing && !session().isClosing()) {
            loop.executor.received(in.readableBytes());
            receive(in);
        }
    }

    @Override
    public void writable() {
        resume();
    }

    @Override
    public void inputEnded() {
        if (session().waitsInL2()) {
            // A value that a blocking command pops for a client that has hung up would be lost.
            kill();
        } else if (!finishing && !isBlocked() && deferred.isEmpty()) {
            finish();
        }
    }

    @Override
    public void movedTo(LoopContext context) {
        loop = factory.loop(context);
        session().movedTo(loop.executor);
        unread.use(loop.buffers);
    }

    @Override
    public void closed() {
        loop.executor.disconnected(session());
        forgetRequests();
        waiting = null;
        deferred.forget();
        pause.forget();
    }

    @Override
    public boolean isIdle() {
        return unread.length() == 0 && waiting == null && deferred.isEmpty();
    }

    @Override
    public long inputBytes() {
        Request request = waiting;
        long waits = request == null ? 0 : request.buffer().length;
        return waits
                + unread.capacity()
                + session().transactionBytes()
                + session().slicedBytes();
    }

    @Override
    public long deferredBytes() {
        return deferred.bytes();
    }

    @Override
    public long silentNanos(long nowNanos) {
        Session client = session();
        boolean waits = client.isListening() || client.waitsInL2();
        return waits ? 0 : nowNanos - client.lastActiveNanos();
    }

    @Override
    public boolean isStranger() {
        return !session().isAuthenticated();
    }

    // ---------------------------------------------------------------- requests

    private void receive(ByteBuf in) {
        int bytes = in.readableBytes();
        int left = unread.length();
        boolean blocked = isBlocked();
        if (session().transactionBytes() > 0 && !connection.reserveInput(bytes)) {
            refuseInput(left + (long) bytes);
        } else if (!blocked && left <= Buffers.SMALL_BYTES && left + bytes <= Buffers.SCRATCH_BYTES) {
            byte[] buffer = loop.buffers.scratch;
            System.arraycopy(unread.bytes(), 0, buffer, 0, left);
            in.readBytes(buffer, left, bytes);
            run(buffer, left + bytes);
        } else if (!unread.append(in, decoder, maxInputBytes())) {
            refuseInput(left + (long) bytes);
        } else if (!blocked) {
            run(unread.bytes(), unread.length());
        }
    }

    private int maxInputBytes() {
        return shared.tunables.queryBufferBytes();
    }

    private void refuseInput(long bytes) {
        connection.refuseInput(bytes);
        if (!running) {
            // The channel may take a while to close.
            forgetRequests();
        }
    }

    private void forgetRequests() {
        unread.clear();
        decoder.forget();
    }

    private boolean isBlocked() {
        return waiting != null || deferred.isFull() || !connection.isWritable();
    }

    /** Runs the requests in a buffer, up to {@code limit}, and keeps what is left. */
    private void run(byte[] buffer, int limit) {
        CommandExecutor executor = loop.executor;
        Session client = session();
        running = true;
        loop.running = true;
        executor.begin(client);
        try {
            runRequests(executor, client, buffer, limit);
        } catch (ProtocolException broken) {
            executor.error("ERR Protocol error: " + broken.getMessage());
            shared.events().protocolBroken(client, connection.remoteAddress(), String.valueOf(broken.getMessage()));
            finishing = true;
            waiting = null;
        } finally {
            loop.ahead.clear();
            try {
                executor.end(client);
            } finally {
                running = false;
                loop.running = false;
            }
        }
        if (finishing || connection.isKilled() || client.isClosing()) {
            unread.clear();
            close();
            return;
        }
        unread.keepRest(buffer, limit, decoder, maxInputBytes());
        if (isBlocked()) {
            connection.stopReading();
            awaitEndOfPause();
        }
    }

    private void runRequests(CommandExecutor executor, Session client, byte[] buffer, int limit)
            throws ProtocolException {
        RequestsAhead ahead = loop.ahead;
        while (!client.isClosing() && !connection.isKilled()) {
            Request request = waiting;
            if (request == null) {
                if (ahead.isEmpty()) {
                    decoder.lookAhead(ahead, buffer, limit);
                    executor.lookAhead(client, ahead);
                }
                if (!decoder.next(ahead, buffer, limit)) {
                    return;
                }
                request = decoder.request();
            }
            waiting = null;
            boolean stranger = !client.isAuthenticated();
            Outcome outcome = executor.execute(client, request, ahead.hasOneNamedLike(request));
            if (outcome != Outcome.DONE) {
                keepWaiting(request, outcome);
                return;
            }
            if (stranger == client.isAuthenticated()) {
                adjustLimits();
                ahead.clear();
            }
            if (connection.isHeld() || deferred.isFull()) {
                return;
            }
            if (executor.pendingBytes() + connection.unflushedBytes() > Outbox.FLUSH_BYTES) {
                executor.handOver();
                connection.flushNow();
                if (!connection.isWritable()) {
                    return;
                }
            }
        }
    }

    private void keepWaiting(Request request, Outcome outcome) {
        if (connection.reserveInput(request.size())) {
            waiting = request.copy();
            waitsForReplies = outcome == Outcome.AFTER_REPLIES;
        } else {
            refuseInput(request.size());
        }
    }

    private void awaitEndOfPause() {
        if (waiting != null && !connection.isHeld() && !waitsForReplies) {
            pause.begin();
        }
    }

    /** Continues where reading or running stopped. */
    void resume() {
        if (running || finishing || connection.isKilled() || !connection.isWritable()) {
            return;
        }
        if (loop.running) {
            connection.execute(this::resume);
            return;
        }
        boolean mayRun = !deferred.isFull() && (waiting == null || !waitsForReplies || deferred.isEmpty());
        if (mayRun && (waiting != null || unread.length() > 0)) {
            run(unread.bytes(), unread.length());
            connection.accountInput();
            connection.flushQueued();
        }
        if (!isBlocked() && !finishing && !connection.isKilled()) {
            if (connection.isInputEnded()) {
                inputEnded();
            }
            connection.startReading();
        }
    }

    // ---------------------------------------------------------------- replies

    @Override
    public void send(ByteBuf full) {
        if (connection.isKilled()) {
            full.release();
            return;
        }
        if (deferred.isEmpty()) {
            write(full);
        } else {
            deferred.follow(full);
        }
        connection.limitOutput();
    }

    private void write(ByteBuf replies) {
        loop.executor.sent(replies.readableBytes());
        connection.write(replies);
    }

    private void writePart(ByteBuf part, Runnable taken) {
        loop.executor.sent(part.readableBytes());
        connection.write(part, taken);
    }

    @Override
    public PendingReply pendingReply() {
        return deferred.add();
    }

    @Override
    public boolean hasPendingReplies() {
        return !deferred.isEmpty();
    }

    /** Deferred replies that come in one turn of the event loop leave together. */
    private void planFlush() {
        if (!flushPlanned && !connection.isKilled()) {
            flushPlanned = true;
            connection.execute(this::flushDeferred);
        }
    }

    private void flushDeferred() {
        flushPlanned = false;
        if (connection.isKilled()) {
            return;
        }
        connection.flushNow();
        if (finishing && deferred.isEmpty()) {
            close();
        } else {
            resume();
        }
    }

    // ---------------------------------------------------------------- ending

    @Override
    public void finish() {
        finishing = true;
        if (!running) {
            close();
        }
    }

    private void close() {
        finishing = true;
        connection.stopReading();
        if (deferred.isEmpty()) {
            connection.close();
        }
    }

    // ---------------------------------------------------------------- the connection, for the engine

    @Override
    public void flush() {
        connection.flush();
    }

    @Override
    public void hold(long millis) {
        connection.hold(millis);
    }

    @Override
    @AnyThread
    public void pauseStopped() {
        connection.execute(pause::stop);
    }

    @Override
    public boolean isOnLoop() {
        return connection.isOnLoop();
    }

    @Override
    public void execute(Runnable task) {
        connection.execute(task);
    }

    @Override
    public void kill() {
        connection.kill();
    }

    @Override
    public long unsentBytes() {
        return connection.unsentBytes();
    }

    @Override
    public long unreadBytes() {
        return unread.length();
    }

    @Override
    public String remoteAddress() {
        return connection.remoteAddress();
    }

    @Override
    public String localAddress() {
        return connection.localAddress();
    }

    @Override
    public Transport transport() {
        return connection.transport();
    }
}
