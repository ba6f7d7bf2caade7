package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import io.cachee.resp.Request;
import io.cachee.resp.RequestsAhead;
import io.cachee.store.Store;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests, on the event loop that read them: finds the command, judges whether this client may run it now, runs
 * it, and takes note of how long that took. One per event loop, with that loop's reply buffer and counters.
 */
public final class CommandExecutor {
    private final SharedState shared;
    private final ReplyWriter reply;
    private final CommandContext call;
    private final ExecutionGate.Cell cell;
    public final LoopStats stats;
    private final HotKeys hotReads = new HotKeys();
    private final HotKeys hotBytes = new HotKeys();
    private final Command unknown;
    private final KeyPrefetch ahead = new KeyPrefetch();
    private final CommandTimer timer;
    private int untilSample = HotKeys.MEAN_DISTANCE;
    private boolean moreFollow;
    private boolean muted;
    private boolean insideTransaction;
    /** Whether commands of other loops are kept out for now. */
    private boolean alone;

    CommandExecutor(SharedState shared, int loop, ByteBufAllocator allocator) {
        this.shared = shared;
        this.reply = new ReplyWriter(allocator);
        this.stats = new LoopStats(shared.table.commands().size() + 1);
        this.timer = new CommandTimer(shared, stats, System::nanoTime);
        this.cell = shared.gate.cell(loop);
        this.unknown = shared.table.commands().getFirst();
        Session nobody = new Session(0, NullLink.LINK, this, shared.users.unlimited(), true);
        this.call = new CommandContext(shared, this, reply, nobody, unknown);
    }

    HotKeys hotKeys(boolean byBytes) {
        return byBytes ? hotBytes : hotReads;
    }

    SharedState shared() {
        return shared;
    }

    ReplyWriter reply() {
        return reply;
    }

    /** A client has connected. */
    public Session connected(Link link) {
        Session session = shared.connected(link, this);
        session.refresh();
        return session;
    }

    /** A client is gone. */
    public void disconnected(Session session) {
        shared.disconnected(session);
    }

    /** Begins a batch of requests of one client. */
    public void begin(Session session) {
        shared.gate.enter(cell);
        reply.begin(session.link, session.resp3);
        session.lastActiveNanos = timer.begin();
    }

    /** Looks at the requests that will be run next: what they need is brought in at once. */
    public void lookAhead(Session session, RequestsAhead requests) {
        if (session.plain && session.database == 0) {
            ahead.prefetch(shared.store, requests);
        }
    }

    /** Ends a batch. True when there are replies to be flushed. */
    public boolean end(Session session) {
        try {
            timer.end(session);
            return reply.end();
        } finally {
            shared.gate.exit(cell);
        }
    }

    /** Hands over what has been replied so far. */
    public void handOver() {
        reply.end();
    }

    /** Bytes of replies in this batch that were not handed over yet. */
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

    /** Replies with an error that is no command's. */
    public void error(String text) {
        reply.error(text);
    }

    /** Has a connection told when CLIENT PAUSE is stopped; for how many nanoseconds that may last, or 0. */
    public long awaitEndOfPause(Link link) {
        return shared.pause.await(link);
    }

    /** A connection has nothing to wait for any more. */
    public void forgetPause(Link link) {
        shared.pause.forget(link);
    }

    /**
     * Runs a request, unless it has to wait.
     *
     * @param more whether the next of the batch is known to have the same name
     */
    public Outcome execute(Session session, Request request, boolean more) {
        moreFollow = more;
        Command command = shared.table.find(request, 0);
        boolean fits = command != null && command.accepts(request.count());
        if (!fits) {
            command = resolve(request);
            fits = command != null && command.accepts(request.count());
        }
        if (shared.pause.isOn() && shared.pause.holds(session, command)) {
            return Outcome.WAIT;
        }
        if (command != null && session.link.hasPendingReplies() && shared.routing().mustWait(session, command)) {
            return Outcome.AFTER_REPLIES;
        }
        if (command != null && fits && session.plain && !shared.monitors.isUsed()) {
            run(session, command, request);
        } else {
            judge(session, command, request);
        }
        return Outcome.DONE;
    }

    /** The row of a request that is none of a command without subcommands; null where nobody has it. */
    private @Nullable Command resolve(Request request) {
        Command row = shared.table.rowOf(request);
        boolean isListed = row != null && (!row.hasSubcommands() || request.count() < 2);
        return isListed ? row : shared.routing().unlisted(row, request);
    }

    // ---------------------------------------------------------------- judging

    private void judge(Session session, @Nullable Command command, Request request) {
        muted = session.replies != Session.Replies.ON && mute(session);
        String refusal = refusal(session, command, request);
        if (refusal != null) {
            refuse(session, command, refusal);
        } else if (command != null) {
            Transaction open = session.transaction;
            if (open != null && open.open && command.queues) {
                queue(session, open, command, request);
            } else {
                if (shared.monitors.isUsed()) {
                    shared.monitors.feed(session, command, request);
                }
                Tracking tracking = session.tracking;
                if (tracking != null) {
                    shared.tracking.remember(session, tracking, command, request);
                }
                run(session, command, request);
            }
        }
        forgetCaching(session, command);
        unmute();
    }

    /** What CLIENT CACHING has said is for one command, or one transaction. */
    private static void forgetCaching(Session session, @Nullable Command command) {
        if (session.caching == Session.Caching.UNSAID || command != null && command.is(Trait.KEEPS_CACHING)) {
            return;
        }
        Transaction open = session.transaction;
        UpstreamConnection own = session.own;
        boolean isInTransaction = open != null && open.open || own != null && own.isInTransaction();
        if (!isInTransaction) {
            session.caching = Session.Caching.UNSAID;
        }
    }

    /** Keeps a place for the reply of the command that is running; there is none while replies are not wanted. */
    PendingReply pendingReply(Session session) {
        if (muted) {
            return ByteBuf::release;
        }
        handOver();
        return session.link.pendingReply();
    }

    /** The same; what L2 confirms of subscriptions is sent even while replies are not wanted, as Redis does. */
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

    /** Replies are wanted again, from the command on that is running. */
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

    private void refuse(Session session, @Nullable Command command, String refusal) {
        String error = refusal;
        Transaction open = session.transaction;
        if (command != null && command.role == Role.RUNS_TRANSACTION) {
            session.endTransaction();
            String reason = refusal.startsWith("ERR ") ? refusal.substring(4) : refusal;
            error = "EXECABORT Transaction discarded because of: " + reason;
        } else if (open != null && open.open) {
            open.broken = true;
        }
        UpstreamConnection own = session.own;
        if (own != null) {
            own.refused();
        }
        if (command != null) {
            stats.rejected(command);
        }
        shared.errors.count(error);
        reply.error(error);
    }

    private @Nullable String refusal(Session session, @Nullable Command command, Request request) {
        if (command == null) {
            return session.authenticated || !shared.users.needsLogin()
                    ? Refusals.unknown(request)
                    : Refusals.NOT_AUTHENTICATED;
        }
        String misuse = command.misuse(request);
        if (misuse != null) {
            return misuse;
        }
        if (!session.authenticated && !command.noAuth) {
            return Refusals.NOT_AUTHENTICATED;
        }
        String denied = command.noAuth ? null : Refusals.byRules(shared, session, command, request);
        if (denied != null) {
            shared.counters.aclDenials.increment();
            return denied;
        }
        Transaction open = session.transaction;
        if (open != null && open.open && command.queues && command.flags.contains(CommandFlag.NO_MULTI)) {
            return "ERR Command not allowed inside a transaction";
        }
        // A command that nobody here knows is L2's to refuse.
        if (session.isSubscriberInResp2() && !command.is(Trait.WHILE_SUBSCRIBED) && !command.isUnknown) {
            return "ERR Can't execute '" + command.name
                    + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT"
                    + " / RESET are allowed in this context";
        }
        return null;
    }

    private void queue(Session session, Transaction open, Command command, Request request) {
        if (open.bytes() + request.payloadBytes() > shared.tunables.queryBufferBytes) {
            open.broken = true;
            reply.error("ERR transaction is larger than the query buffer limit of " + shared.tunables.queryBufferBytes
                    + " bytes");
            return;
        }
        session.queue(open, command, request);
        reply.simple("QUEUED");
    }

    // ---------------------------------------------------------------- running

    private void run(Session session, Command command, Request request) {
        if (command.exclusive && !alone) {
            alone(() -> runNow(session, command, request));
        } else {
            runNow(session, command, request);
        }
    }

    /** Runs a task while no other event loop runs commands. */
    public void alone(Runnable task) {
        if (alone) {
            task.run();
            return;
        }
        alone = true;
        try {
            shared.gate.alone(cell, task);
        } finally {
            alone = false;
        }
    }

    private void runNow(Session session, Command command, Request request) {
        call.begin(session, request);
        call.command = command;
        session.lastCommand.setOpaque(command.name);
        timer.before(command, session);
        long mark = reply.mark();
        try {
            if (--untilSample == 0) {
                untilSample = hotReads.distance();
                sample(session, command, request);
            }
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

    /** An error in place of the reply; where part of that is on its way already, nothing but the end can follow. */
    private void failed(Session session, Command command, long mark, String error) {
        stats.failed(command);
        shared.errors.count(error);
        if (reply.rollBack(mark)) {
            reply.error(error);
        } else {
            session.closing = true;
            session.link.finish();
        }
    }

    private void sample(Session session, Command command, Request request) {
        if (command.firstKey == 0 || request.count() <= command.firstKey) {
            return;
        }
        int longest = Store.MAX_KEY_SIZE - shared.databases.prefixBytes();
        if (request.length(command.firstKey) > longest) {
            // Only L2 can have it.
            return;
        }
        call.key(session.database, command.firstKey);
        if (command.reads) {
            hotReads.add(call.key, call.keyOffset, call.keyLength, 1);
        }
        long bytes = call.describe() ? call.info.valueLength() : request.payloadBytes();
        hotBytes.add(call.key, call.keyOffset, call.keyLength, bytes);
    }

    /** Runs the commands of a transaction, one after the other, as one step. */
    public void runQueued(Session session, Transaction transaction) {
        reply.array(transaction.queued().size());
        insideTransaction = true;
        moreFollow = false;
        try {
            for (Transaction.Queued queued : transaction.queued()) {
                String denied = Refusals.byRules(shared, session, queued.command(), queued.request());
                if (denied != null) {
                    reply.error(denied);
                } else {
                    Tracking tracking = session.tracking;
                    if (tracking != null) {
                        shared.tracking.remember(session, tracking, queued.command(), queued.request());
                    }
                    runNow(session, queued.command(), queued.request());
                }
            }
        } finally {
            insideTransaction = false;
        }
    }

    boolean isInsideTransaction() {
        return insideTransaction;
    }
}
