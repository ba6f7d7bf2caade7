package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import io.cachee.resp.Request;
import io.cachee.resp.RequestsAhead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests. There is one executor for each event loop, with that loop's reply buffer and counters; all methods are
 * called on that loop.
 *
 * <p>A connection passes requests in batches, between {@link #begin} and {@link #end}: a batch is what one read of its
 * socket brought. For each request {@link #execute}
 * <ol>
 *   <li>finds the row of the command;
 *   <li>makes the request wait while clients are paused, or while earlier replies must come first;
 *   <li>lets {@link RequestJudge} refuse or queue it, unless nothing restricts the client (a <em>plain</em> session,
 *       which nearly all are);
 *   <li>runs the handler that the {@link CommandRouting} chooses, and notes how long it took.
 * </ol>
 *
 * <p>GET and SET of a plain session allocate nothing on this way.
 */
public final class CommandExecutor {
    /** How many arguments a command, or a transaction, may have that keeps all other clients waiting. */
    static final int MOST_ARGUMENTS_ALONE = 1 << 17;
    /** How many bytes of values and replies the commands of a transaction may use. */
    private static final long MOST_BYTES_ALONE = 64 << 20;

    private final SharedState shared;
    private final ReplyWriter reply;
    private final RequestJudge judge;
    private final CommandContext call;
    private final ExecutionGate.Cell cell;
    public final LoopStats stats;
    private final AccessSampler accesses;
    private final KeyPrefetch ahead = new KeyPrefetch();
    private final CommandTimer timer;
    private final Slices slices;
    final TurnDelivery turn = new TurnDelivery();
    private boolean moreFollow;
    private boolean muted;
    /** Whether the executor keeps other event loops from running commands. */
    private boolean alone;
    /** Where the reply to the running command begins. */
    private long replyMark;

    CommandExecutor(SharedState shared, int loop, ByteBufAllocator allocator) {
        this.shared = shared;
        this.reply = new ReplyWriter(allocator);
        this.stats = new LoopStats(shared.table.commands().size() + 1);
        this.timer = new CommandTimer(shared, stats, System::nanoTime);
        this.accesses = new AccessSampler(shared);
        this.cell = shared.gate.cell(loop);
        this.judge = new RequestJudge(shared, reply, stats);
        this.slices = new Slices(shared, this);
        Session nobody = new Session(0, NullLink.LINK, this, shared.users.unlimited(), true);
        this.call = new CommandContext(
                shared, this, reply, nobody, shared.table.commands().getFirst());
    }

    HotKeys hotKeys(boolean byBytes) {
        return byBytes ? accesses.bytes : accesses.reads;
    }

    SharedState shared() {
        return shared;
    }

    ReplyWriter reply() {
        return reply;
    }

    /** Begins the session of a client that has connected. */
    public Session connected(Link link) {
        Session session = shared.connected(link, this);
        session.refresh();
        return session;
    }

    /** Ends the session of a client that is gone. */
    public void disconnected(Session session) {
        shared.disconnected(session);
    }

    /** Begins a batch of requests of one client. No other event loop runs commands alone until the batch ends. */
    public void begin(Session session) {
        shared.gate.enter(cell);
        reply.begin(session.link, session.resp3);
        session.lastActiveNanos = timer.begin();
        session.judgeAgain(shared.users);
    }

    /** Prefetches the entries that the next requests need. */
    public void lookAhead(Session session, RequestsAhead requests) {
        if (session.plain && session.database == 0) {
            ahead.prefetch(shared.store, requests);
        }
    }

    /** Ends a batch. True if there are replies to flush. */
    public boolean end(Session session) {
        try {
            turn.deliver();
            timer.end(session);
            return reply.end();
        } finally {
            shared.gate.exit(cell);
        }
    }

    /** Passes the replies written so far to the connection. */
    public void handOver() {
        reply.end();
    }

    /** Bytes of replies in this batch that were not passed to the connection yet. */
    public int pendingBytes() {
        return reply.pendingBytes();
    }

    /** Counts bytes of requests. */
    public void received(long bytes) {
        stats.received(bytes);
    }

    /** Counts bytes of replies. */
    public void sent(long bytes) {
        stats.sent(bytes);
    }

    /** Replies with an error that does not come from a command. */
    public void error(String text) {
        reply.error(text);
    }

    /**
     * Notifies a connection when CLIENT PAUSE is stopped early.
     *
     * @return the nanoseconds until the pause ends by itself; 0 if there is none
     */
    public long awaitEndOfPause(Link link) {
        return shared.pause.await(link);
    }

    /** Stops notifying a connection. */
    public void forgetPause(Link link) {
        shared.pause.forget(link);
    }

    /**
     * Runs a request, unless it has to wait.
     *
     * @param more whether the next request of the batch is known to have the same name
     */
    public Outcome execute(Session session, Request request, boolean more) {
        moreFollow = more;
        Command command = shared.table.find(request, 0);
        boolean fits = command != null && command.accepts(request.count());
        if (!fits) {
            command = shared.resolve(request);
            fits = command != null && command.accepts(request.count());
        }
        if (shared.pause.isOn() && shared.pause.holds(session, command)) {
            return Outcome.WAIT;
        }
        if (command != null
                && session.link.hasPendingReplies()
                && (session.slicing || shared.routing().mustWait(session, command))) {
            return Outcome.AFTER_REPLIES;
        }
        if (command != null && fits && session.plain && !shared.monitors.isUsed()) {
            run(session, command, request);
        } else {
            runJudged(session, command, request);
        }
        return Outcome.DONE;
    }

    private void runJudged(Session session, @Nullable Command command, Request request) {
        muted = session.replies != Session.Replies.ON && mute(session);
        if (judge.admits(session, command, request) && command != null) {
            if (shared.monitors.isUsed()) {
                shared.monitors.feed(session, command, request);
            }
            rememberReads(session, command, request);
            run(session, command, request);
        }
        RequestJudge.forgetCaching(session, command);
        unmute();
    }

    private void rememberReads(Session session, Command command, Request request) {
        Tracking tracking = session.tracking;
        if (tracking != null) {
            shared.tracking.remember(session, tracking, command, request);
        }
    }

    // ---------------------------------------------------------------- replies

    /** Reserves the place of the reply to the running command. While the client is muted, the reply is dropped. */
    PendingReply pendingReply(Session session) {
        if (muted) {
            return ByteBuf::release;
        }
        handOver();
        return session.link.pendingReply();
    }

    /** Reserves the place of a reply that is sent even while the client is muted, as Redis confirms subscriptions. */
    PendingReply pendingReplyEvenIfMuted(Session session) {
        boolean wasMuted = muted;
        unmute();
        PendingReply pending = pendingReply(session);
        if (wasMuted) {
            muted = true;
            reply.mute();
        }
        return pending;
    }

    /** Sends replies again, beginning with that to the running command. */
    public void unmute() {
        if (muted) {
            muted = false;
            reply.unmute();
        }
    }

    private boolean mute(Session session) {
        if (session.replies == Session.Replies.SKIP_NEXT) {
            session.replies = Session.Replies.ON;
            session.refresh();
        }
        reply.mute();
        return true;
    }

    // ---------------------------------------------------------------- running

    private void run(Session session, Command command, Request request) {
        if (command.exclusive && !alone) {
            if (request.count() > MOST_ARGUMENTS_ALONE && !shared.routing().hasL2()) {
                stats.rejected(command);
                error("ERR " + command.upperCaseName() + " takes at most " + MOST_ARGUMENTS_ALONE
                        + " arguments, because no other client is served meanwhile");
                return;
            }
            alone(() -> runNow(session, command, request));
        } else {
            runNow(session, command, request);
        }
    }

    /** Runs a task while all other event loops run no commands. */
    public void alone(Runnable task) {
        if (alone) {
            task.run();
            return;
        }
        alone = true;
        slices.beginAlone();
        try {
            shared.gate.alone(cell, task);
        } finally {
            alone = false;
        }
    }

    private void runNow(Session session, Command command, Request request) {
        call.begin(session, command, request);
        session.lastCommand.setOpaque(command.name);
        timer.before(command, session);
        long mark = reply.mark();
        replyMark = mark;
        try {
            accesses.note(call);
            shared.routing().handlerOf(session, command).handle(call);
        } catch (CommandException refused) {
            failed(session, command, mark, refused.reply());
        } catch (RuntimeException | InternalError broken) {
            shared.log("command '" + command.name + "' failed: " + broken, broken);
            failed(
                    session,
                    command,
                    mark,
                    "ERR internal error: " + broken.getClass().getSimpleName());
        }
        timer.after(command, session, request, reply.mark() - mark, moreFollow);
    }

    // ---------------------------------------------------------------- slices

    /** Sets what runs a task in the next turn of the event loop, after connections were served. */
    public void runSlicesBy(Executor turns) {
        slices.runBy(turns);
    }

    /** Throws if a command that takes so many slices may not begin, because it is within a transaction. */
    public void checkAlone(Command command, long wanted) {
        if (alone) {
            slices.check(command, wanted);
        }
    }

    /** Does the rest of the running command in slices. */
    void inSlices(CommandContext running, SlicedTask task) {
        if (alone) {
            slices.runAlone(running, task);
        } else {
            slices.runLater(running, task, muted, reply.mark() != replyMark);
        }
    }

    /** Runs one slice of a command between two batches. True when the command is done. */
    boolean runSlice(Session session, Command command, Request request, SlicedTask task, ReplyWriter.Outlet outlet) {
        shared.gate.enter(cell);
        reply.begin(outlet, session.resp3);
        try {
            call.begin(session, command, request);
            boolean isDone = task.slice(call);
            reply.end();
            return isDone;
        } finally {
            shared.gate.exit(cell);
        }
    }

    /** Writes an error in place of the rest of a reply, between two batches. */
    void writeError(Session session, String error, ReplyWriter.Outlet outlet) {
        reply.begin(outlet, session.resp3);
        reply.error(error);
        reply.end();
    }

    /** Replaces the reply by an error. If a part of the reply was sent already, the connection is closed. */
    private void failed(Session session, Command command, long mark, String error) {
        stats.failed(command);
        shared.errors.count(error);
        if (reply.rollBack(mark)) {
            reply.error(error);
        } else {
            session.finish();
        }
    }

    /** Runs the queued commands of a transaction. Call within {@link #alone}, so that they run as one step. */
    public void runQueued(Session session, Transaction transaction) {
        reply.array(transaction.queued().size());
        moreFollow = false;
        long begun = reply.written() + call.charged();
        for (Transaction.Queued queued : transaction.queued()) {
            Denial denied = Permissions.denial(session.user, queued.command(), queued.request());
            if (denied != null) {
                shared.denied(session, queued.command(), queued.request(), denied);
                reply.error(denied.error(session.user, queued.command()));
            } else if (reply.written() + call.charged() - begun > MOST_BYTES_ALONE) {
                reply.error("ERR the commands of the transaction before this one have used more than "
                        + (MOST_BYTES_ALONE >> 20) + " MB of values and replies");
            } else {
                rememberReads(session, queued.command(), queued.request());
                runNow(session, queued.command(), queued.request());
            }
        }
    }
}
