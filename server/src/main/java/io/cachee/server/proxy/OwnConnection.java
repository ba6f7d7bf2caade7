package io.cachee.server.proxy;

import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.FlushPermission;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Role;
import io.cachee.server.engine.Route;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.Trait;
import io.cachee.server.engine.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's own connection to L2, for what cannot share one. For a transaction it lasts from WATCH or MULTI to EXEC;
 * for a command that may wait, such as BLPOP, until the reply. A client that listens to channels, or to all commands
 * with MONITOR, keeps it until it listens no more, and everything it sends travels over it.
 *
 * <p>Two kinds of commands never travel over it, and run as for other clients, after the replies that are still to
 * come. Commands about the sidecar: L2 does not know the client and its rules, and would take them for the sidecar's
 * own. Commands that only the sidecar has: L2 would refuse them.
 *
 * <p>MULTI is answered here, and sent with the first command after it: only that command's key tells the node of a
 * cluster.
 *
 * <p>Confined to the client's event loop, but for volatile fields, which other threads read. {@link OwnLink} does what
 * happens on the link's event loop.
 */
final class OwnConnection implements UpstreamConnection, OwnLink.Receiver {
    private static final byte[] MULTI = {'m', 'u', 'l', 't', 'i'};
    private static final byte[] DISCARD = {'d', 'i', 's', 'c', 'a', 'r', 'd'};

    private final Session session;
    private final Forwarding forwarding;
    private final OwnLink link;
    private final ExpectedReplies expected;
    private final TransactionState transaction = new TransactionState();
    private volatile boolean listens;
    private volatile boolean subscribed;
    private volatile boolean blocked;
    private boolean mayHaveWritten;
    private boolean closed;
    private boolean connected;

    private OwnConnection(Session session, NearCache nearCache, Forwarding forwarding) {
        this.session = session;
        this.forwarding = forwarding;
        this.expected = new ExpectedReplies(session.link);
        this.link = new OwnLink(session, nearCache, forwarding, this);
    }

    /** The client's own connection; a new one, not connected yet, if it has none. */
    static OwnConnection of(CommandContext call, NearCache nearCache, Forwarding forwarding) {
        OwnConnection own = of(call.session);
        if (own == null) {
            own = new OwnConnection(call.session, nearCache, forwarding);
            call.session.own = own;
        }
        return own;
    }

    static @Nullable OwnConnection of(Session session) {
        return (OwnConnection) session.own;
    }

    // ---------------------------------------------------------------- which commands travel over it

    /** Whether a command of the client travels over it. */
    boolean takes(Command command) {
        return (listens || transaction.isNeeded())
                && command.role != Role.ENDS_SESSION
                && !isRefused(command)
                && !isSidecars(command);
    }

    private boolean isRefused(Command command) {
        return command.route == Route.REFUSED || forwarding.isKeptFromL2(command);
    }

    /** Whether a command is about the sidecar, or only the sidecar has it. */
    private static boolean isSidecars(Command command) {
        boolean isLocal = command.route == Route.LOCAL && !command.is(Trait.IN_TRANSACTION);
        return isLocal || command.is(Trait.OURS);
    }

    private static boolean listens(Command command) {
        return command.role == Role.SUBSCRIBES || command.role == Role.UNSUBSCRIBES || command.role == Role.MONITORS;
    }

    /** Whether a command has to wait for all replies that are still to come. */
    boolean mustWait(Command command) {
        return !takes(command) || blocked || session.writesAwaited > 0 || mayComeToBeRefused(command);
    }

    /** In RESP2, whether the client may run a command depends on what L2 is about to confirm. */
    private boolean mayComeToBeRefused(Command command) {
        return !session.resp3 && expected.awaitsConfirmation() && !command.is(Trait.WHILE_SUBSCRIBED);
    }

    /**
     * Whether a command has no place in the client's transaction. The sidecar's commands run here, and L2, which queues
     * the others, could not keep the order. Subscriptions would be confirmed within the reply to EXEC.
     */
    boolean refuses(Command command) {
        return transaction.isOpen()
                && command.role != Role.ENDS_SESSION
                && (isRefused(command) || listens(command) || isSidecars(command));
    }

    @Override
    public boolean isInTransaction() {
        return transaction.isOpen();
    }

    @Override
    public boolean isSubscribed() {
        return subscribed;
    }

    @Override
    public boolean hasSubscriptions() {
        return expected.hasSubscriptions();
    }

    @Override
    public boolean listens() {
        return listens;
    }

    @Override
    public void refused() {
        transaction.fail();
    }

    @Override
    public boolean isBlocked() {
        return blocked;
    }

    @Override
    public void unblock(boolean withError, Session by, PendingReply place) {
        link.unblock(withError, by, place);
    }

    // ---------------------------------------------------------------- commands

    void run(CommandContext call) {
        switch (call.command.role) {
            case OPENS_TRANSACTION -> multi(call);
            case RUNS_TRANSACTION -> end(call, true);
            case DROPS_TRANSACTION -> end(call, false);
            case UNWATCHES -> {
                send(call);
                transaction.unwatch();
            }
            case WATCHES -> {
                transaction.watch();
                send(call);
            }
            case SELECTS -> select(call);
            case FLUSHES -> flush(call);
            case SUBSCRIBES, UNSUBSCRIBES -> subscribe(call);
            case MONITORS -> monitor(call);
            case null, default -> {
                boolean mayBlock = !listens || call.command.route == Route.OWN_CONNECTION;
                blocked |= !transaction.isNeeded() && mayBlock;
                send(call);
            }
        }
    }

    private void select(CommandContext call) {
        int database = call.database(1);
        if (transaction.isOpen()) {
            transaction.select(database);
            send(call);
        } else {
            send(call, reply -> {
                if (reply.getByte(reply.readerIndex()) == '+') {
                    session.database = database;
                }
            });
        }
    }

    private void subscribe(CommandContext call) {
        RemoteRequest request = forwarding.requestOf(call);
        listens = true;
        prepare(request);
        List<byte[]> names = new ArrayList<>(call.count() - 1);
        for (int i = 1; i < call.count(); i++) {
            names.add(call.request.bytes(i));
        }
        expected.addConfirmations(call.pendingReplyEvenIfMuted(), call.command.name, names);
        subscribed = true;
        transmit(call, request);
    }

    private void monitor(CommandContext call) {
        if (expected.isMonitor()) {
            // Redis leaves a second one unanswered.
            return;
        }
        RemoteRequest request = forwarding.requestOf(call);
        listens = true;
        prepare(request);
        expected.addMonitor(call.pendingReply());
        transmit(call, request);
    }

    private void flush(CommandContext call) {
        try {
            FlushPermission.check(call);
        } catch (CommandException refused) {
            refused();
            throw refused;
        }
        send(call);
    }

    private void multi(CommandContext call) {
        if (transaction.isOpen()) {
            send(call);
            return;
        }
        transaction.open(connected);
        if (connected) {
            send(call);
        } else {
            call.reply.ok();
        }
    }

    private void end(CommandContext call, boolean isExec) {
        if (!transaction.isOpen()) {
            // An error, which leaves alone what the client watches.
            call.command.handler.handle(call);
            return;
        }
        boolean wasEmpty = transaction.takeUnsentMulti();
        boolean mustFail = transaction.isBroken() && isExec;
        int selected = isExec ? transaction.selectedDatabase() : -1;
        if (mustFail) {
            if (!wasEmpty && connected) {
                sendUnasked(DISCARD);
            }
            call.reply.error("EXECABORT Transaction discarded because of previous errors.");
        } else if (!wasEmpty) {
            sendEnd(call, selected);
        } else if (isExec) {
            call.reply.array(0);
        } else {
            call.reply.ok();
        }
        transaction.end();
        endIfIdle();
    }

    /** Sends EXEC or DISCARD. The reply to EXEC tells whether a SELECT within the transaction has happened. */
    private void sendEnd(CommandContext call, int selected) {
        send(call, reply -> {
            if (selected >= 0 && !ReplyReader.isError(reply) && !ReplyReader.isNull(reply)) {
                session.database = selected;
            }
        });
    }

    // ---------------------------------------------------------------- sending

    private void send(CommandContext call) {
        send(call, _ -> {});
    }

    /** @param before looks at the reply before the client gets it */
    private void send(CommandContext call, Consumer<ByteBuf> before) {
        RemoteRequest request = forwarding.requestOf(call);
        prepare(request);
        expected.add(call.pendingReply(), before);
        transmit(call, request);
    }

    /** Sends a command whose reply the client does not get: it did not send it, or has been answered already. */
    private void sendUnasked(byte[] command) {
        expected.add(ByteBuf::release, _ -> {});
        link.send(RequestEncoder.encode(command));
    }

    private void prepare(RemoteRequest request) {
        if (!connected) {
            connected = true;
            link.connect(request);
        }
        if (transaction.takeUnsentMulti()) {
            sendUnasked(MULTI);
        }
    }

    private void transmit(CommandContext call, RemoteRequest request) {
        // A SELECT before it may not have been answered yet, so its keys count in whichever database.
        boolean mayBeElsewhere = transaction.isNeeded() || listens;
        List<byte[]> keys = mayBeElsewhere ? request.writtenAnywhere() : request.written();
        mayHaveWritten |= request.mayWrite();
        ByteBuf encoded = RequestEncoder.encode(call.request);
        link.send(request, keys, encoded);
    }

    // ---------------------------------------------------------------- what L2 sends

    @Override
    public void received(ByteBuf frame) {
        if (closed) {
            frame.release();
            return;
        }
        boolean hadSubscriptions = expected.hasSubscriptions();
        expected.take(frame);
        subscribed = expected.hasSubscriptions() || expected.awaitsConfirmation();
        if (expected.isEmpty()) {
            if (blocked) {
                session.unblocked();
                blocked = false;
            }
            listens = expected.hasSubscriptions() || expected.isMonitor();
            endWrites();
        }
        endIfIdle();
        if (hadSubscriptions != expected.hasSubscriptions()) {
            session.refresh();
        }
    }

    private void endWrites() {
        if (mayHaveWritten && !transaction.isOpen()) {
            mayHaveWritten = false;
            link.endWrites();
        }
    }

    @Override
    public void lost(String why) {
        if (closed) {
            return;
        }
        boolean losesState = transaction.isNeeded() || listens;
        close();
        session.own = null;
        expected.fail("ERR L2 gave no answer: " + why);
        if (losesState) {
            session.link.finish();
        }
    }

    private void endIfIdle() {
        if (expected.isEmpty() && !transaction.isNeeded() && !listens) {
            close();
            session.own = null;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            expected.release();
            if (connected) {
                link.close();
            }
        }
    }
}
