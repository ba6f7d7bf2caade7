package io.cachee.server.proxy;

import io.cachee.l2.Dedicated;
import io.cachee.l2.DedicatedHandler;
import io.cachee.l2.Protocol;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyFrames;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Role;
import io.cachee.server.engine.Route;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.Trait;
import io.cachee.server.engine.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's own connection to L2, for what cannot share one. For a transaction it lasts from WATCH or MULTI to EXEC,
 * for a command that waits until its reply. A client that listens to channels, or to all commands, keeps it until it
 * listens to nothing any more, and everything it sends travels over it.
 *
 * <p>What is about the sidecar never travels over it: L2 knows nothing of the client and its rules, and takes whatever
 * comes for the sidecar's own wish. Such a command runs here, after all replies that are still to come.
 *
 * <p>MULTI is answered here, and sent with the first command after it, for a cluster's node is known only then.
 */
final class OwnConnection implements DedicatedHandler, UpstreamConnection {
    private static final byte[] MULTI = {'m', 'u', 'l', 't', 'i'};
    private static final byte[] DISCARD = {'d', 'i', 's', 'c', 'a', 'r', 'd'};
    /** When a transaction writes more keys than this, all is forgotten instead. */
    private static final int MOST_WRITTEN = 10_000;

    private final Session session;
    private final NearCache nearCache;
    private final Forwarding forwarding;

    // Of the client's event loop.
    private final ExpectedReplies expected;
    private boolean inTransaction;
    private boolean multiUnsent;
    private boolean watches;
    private boolean listens;
    private volatile boolean subscribed;
    private boolean broken;
    /** By a SELECT within the transaction, or -1. */
    private int selected = -1;

    private boolean blocked;
    private boolean closed;
    private boolean connected;

    // Of the link's event loop.
    private @Nullable Dedicated connection;
    private final List<byte[]> written = new ArrayList<>();
    private final Deque<Runnable> held = new ArrayDeque<>();
    private boolean awaitsTracking;
    private final ReplyFrames frames;
    private boolean forgetsAll;
    /** Whether something was sent that may write what it does not name, and to which node. */
    private boolean wroteUnnamed;

    private int slotOfUnnamed;

    private OwnConnection(Session session, NearCache nearCache, Forwarding forwarding) {
        this.session = session;
        this.nearCache = nearCache;
        this.forwarding = forwarding;
        this.expected = new ExpectedReplies(session.link);
        this.frames = new ReplyFrames(nearCache.l2().mostReplyBytes());
    }

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

    /** Whether a command of the client is to travel over it. */
    boolean takes(Command command) {
        return (listens || inTransaction || watches)
                && command.role != Role.ENDS_SESSION
                && command.route != Route.REFUSED
                && !isAboutSidecar(command);
    }

    private static boolean isAboutSidecar(Command command) {
        return command.route == Route.LOCAL && !command.is(Trait.IN_TRANSACTION);
    }

    private static boolean listens(Command command) {
        return command.role == Role.SUBSCRIBES || command.role == Role.UNSUBSCRIBES || command.role == Role.MONITORS;
    }

    /** Whether a command has to wait until all replies have come that are still to come. */
    boolean mustWait(Command command) {
        return !takes(command) || blocked || mayComeToBeRefused(command);
    }

    /** In the old protocol it depends on what L2 is about to confirm whether the client may run a command. */
    private boolean mayComeToBeRefused(Command command) {
        return !session.resp3 && expected.awaitsConfirmation() && !command.is(Trait.WHILE_SUBSCRIBED);
    }

    /** Whether MULTI has been sent and not yet EXEC. On the event loop of the client. */
    @Override
    public boolean isInTransaction() {
        return inTransaction;
    }

    /** Whether it is kept to listen to channels. From any thread. */
    @Override
    public boolean isSubscribed() {
        return subscribed;
    }

    /** Whether L2 has confirmed subscriptions that are still there. On the event loop of the client. */
    @Override
    public boolean hasSubscriptions() {
        return expected.hasSubscriptions();
    }

    /** Whether it is kept to listen to channels or to all commands. On the event loop of the client. */
    @Override
    public boolean listens() {
        return listens;
    }

    /**
     * Whether a command has no place in the client's transaction. What is about the sidecar runs here, and L2, which
     * queues the others, would not know when. Subscriptions would be confirmed in the midst of the reply to EXEC.
     */
    boolean refuses(Command command) {
        return inTransaction
                && command.role != Role.ENDS_SESSION
                && (command.route == Route.REFUSED || listens(command) || isAboutSidecar(command));
    }

    /** A command within the transaction was refused here, so L2 must not run the others. */
    @Override
    public void refused() {
        broken |= inTransaction;
    }

    /** Whether a command waits in L2, so that nothing after it may be sent. */
    @Override
    public boolean isBlocked() {
        return blocked;
    }

    void run(CommandContext call) {
        switch (call.command.role) {
            case OPENS_TRANSACTION -> multi(call);
            case RUNS_TRANSACTION -> end(call, true);
            case DROPS_TRANSACTION -> end(call, false);
            case UNWATCHES -> {
                send(call);
                watches = false;
            }
            case WATCHES -> {
                watches |= !inTransaction;
                send(call);
            }
            case SELECTS -> select(call);
            case FLUSHES -> flush(call);
            case SUBSCRIBES, UNSUBSCRIBES -> subscribe(call);
            case MONITORS -> monitor(call);
            case null, default -> {
                boolean mayWait = !listens || call.command.route == Route.OWN_CONNECTION;
                blocked |= !inTransaction && !watches && mayWait;
                send(call);
            }
        }
    }

    private void select(CommandContext call) {
        int chosen = call.database(1);
        if (inTransaction) {
            selected = chosen;
            send(call);
        } else {
            send(call, reply -> {
                if (reply.getByte(reply.readerIndex()) == '+') {
                    session.database = chosen;
                }
            });
        }
    }

    private void subscribe(CommandContext call) {
        listens = true;
        prepare(forwarding.slotOf(call));
        List<byte[]> names = new ArrayList<>(call.count() - 1);
        for (int i = 1; i < call.count(); i++) {
            names.add(call.request.bytes(i));
        }
        expected.addConfirmations(call.laterEvenIfMuted(), call.command.name, names);
        subscribed = true;
        transmit(call);
    }

    private void monitor(CommandContext call) {
        if (expected.isMonitor()) {
            // Redis leaves a second one unanswered.
            return;
        }
        listens = true;
        prepare(forwarding.slotOf(call));
        expected.addMonitor(call.later());
        transmit(call);
    }

    private void flush(CommandContext call) {
        try {
            call.checkFlush();
        } catch (CommandException refused) {
            refused();
            throw refused;
        }
        send(call);
    }

    private void multi(CommandContext call) {
        if (inTransaction) {
            send(call);
            return;
        }
        inTransaction = true;
        if (connected) {
            send(call);
        } else {
            multiUnsent = true;
            call.reply.ok();
        }
    }

    private void end(CommandContext call, boolean isExec) {
        boolean wasEmpty = multiUnsent;
        boolean mustFail = broken && isExec;
        multiUnsent = false;
        broken = false;
        if (mustFail) {
            discard(wasEmpty);
            call.reply.error("EXECABORT Transaction discarded because of previous errors.");
        } else if (!wasEmpty) {
            sendEnd(call, isExec ? selected : -1);
        } else if (isExec) {
            call.reply.array(0);
        } else {
            call.reply.ok();
        }
        selected = -1;
        inTransaction = false;
        watches = false;
        endIfIdle();
    }

    /** The reply to EXEC tells whether a SELECT within the transaction has happened. */
    private void sendEnd(CommandContext call, int chosen) {
        send(call, reply -> {
            if (chosen >= 0 && !ReplyReader.isError(reply) && !ReplyReader.isNull(reply)) {
                session.database = chosen;
            }
        });
    }

    private void discard(boolean wasEmpty) {
        if (!wasEmpty && connected) {
            sendUnasked(DISCARD);
        }
    }

    /** The client did not send it, or has its reply already. */
    private void sendUnasked(byte[] command) {
        expected.add(ByteBuf::release, _ -> {});
        ByteBuf request = RequestEncoder.encode(command);
        forwarding.onLink(() -> {
            held.add(() -> sendNow(request));
            sendHeld();
        });
    }

    private void send(CommandContext call) {
        send(call, _ -> {});
    }

    /** @param before looks at the reply before the client has it */
    private void send(CommandContext call, Consumer<ByteBuf> before) {
        prepare(forwarding.slotOf(call));
        expected.add(call.later(), before);
        transmit(call);
    }

    private void prepare(int slot) {
        if (!connected) {
            connect(slot);
        }
        if (multiUnsent) {
            multiUnsent = false;
            sendUnasked(MULTI);
        }
    }

    private void transmit(CommandContext call) {
        int slot = forwarding.slotOf(call);
        List<byte[]> behind = forwarding.writtenBehind(call);
        Command command = call.command;
        // There may be a SELECT before it that was not answered yet, so keys count whatever the database.
        boolean mayBeElsewhere = inTransaction || watches || listens;
        List<byte[]> keys = mayBeElsewhere ? Forwarding.namedKeys(call) : forwarding.writtenKeys(call);
        ByteBuf request = RequestEncoder.encode(call.request);
        byte[] tracked = forwarding.mustTrack(call, slot) ? Forwarding.exists(call) : null;
        forwarding.onLink(() -> {
            if (tracked != null) {
                held.add(() -> track(tracked, slot));
            }
            behind.forEach(nearCache.writeBehind()::flush);
            held.add(() -> {
                remember(command, keys, slot);
                sendNow(request);
            });
            sendHeld();
        });
    }

    private void sendNow(ByteBuf request) {
        Dedicated over = connection;
        if (over == null) {
            request.release();
        } else {
            over.send(request);
        }
    }

    /** What follows is sent when L2 is sure to report changes of the keys that are about to be read. */
    private void track(byte[] exists, int slot) {
        awaitsTracking = true;
        nearCache.l2().sendTracked(Unpooled.wrappedBuffer(exists), slot, Forwarding.afterwards(() -> {
            awaitsTracking = false;
            sendHeld();
        }));
    }

    private void sendHeld() {
        while (!awaitsTracking && !held.isEmpty()) {
            held.remove().run();
        }
    }

    private void connect(int slot) {
        connected = true;
        Protocol protocol = Forwarding.protocolOf(session);
        int database = session.database;
        forwarding.onLink(() -> connection = nearCache.l2().dedicate(slot, protocol, database, this));
    }

    // ---------------------------------------------------------------- on the link's event loop

    private void remember(Command command, List<byte[]> keys, int slot) {
        keys.forEach(nearCache::forget);
        if (command.writesUnnamed && !wroteUnnamed) {
            wroteUnnamed = true;
            slotOfUnnamed = slot;
        }
        if (command.is(Trait.CHANGES_ALL) || written.size() + keys.size() > MOST_WRITTEN) {
            forgetsAll = true;
            written.clear();
        } else {
            written.addAll(keys);
        }
    }

    @Override
    public void connected() {
        // What was sent meanwhile is on its way.
    }

    @Override
    public void received(ByteBuf bytes) {
        if (!frames.take(bytes, this::receivedWhole)) {
            closed("a reply that is none, or too large (--l2-max-reply)");
        }
    }

    private void receivedWhole(ByteBuf frame) {
        if (forgetsAll) {
            nearCache.forgetAll();
        } else {
            written.forEach(nearCache::forget);
        }
        ByteBuf copy = Forwarding.copyOf(frame);
        if (wroteUnnamed) {
            forwarding.afterChanges(slotOfUnnamed, () -> onClient(() -> came(copy)));
        } else {
            onClient(() -> came(copy));
        }
    }

    @Override
    public void writabilityChanged(boolean writable) {
        // A client's requests are bounded by its own limits, and those of one transaction by L2's.
    }

    @Override
    public void closed(String why) {
        frames.close();
        onClient(() -> lost(why));
    }

    private void onClient(Runnable task) {
        Forwarding.onClient(session, task);
    }

    // ---------------------------------------------------------------- on the client's event loop

    private void came(ByteBuf frame) {
        if (closed) {
            frame.release();
            return;
        }
        boolean hadSubscriptions = expected.hasSubscriptions();
        expected.came(frame);
        subscribed = expected.hasSubscriptions() || expected.awaitsConfirmation();
        if (expected.isEmpty()) {
            blocked = false;
            listens = expected.hasSubscriptions() || expected.isMonitor();
        }
        endIfIdle();
        if (hadSubscriptions != expected.hasSubscriptions()) {
            session.refresh();
        }
    }

    private void lost(String why) {
        if (closed) {
            return;
        }
        boolean losesState = inTransaction || watches || listens;
        close();
        session.own = null;
        expected.fail("ERR L2 gave no answer: " + why);
        if (losesState) {
            session.link.finish();
        }
    }

    private void endIfIdle() {
        if (expected.isEmpty() && !inTransaction && !watches && !listens) {
            close();
            session.own = null;
        }
    }

    /** Ends it. On the client's event loop. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            expected.release();
            if (connected) {
                forwarding.onLink(this::closeConnection);
            }
        }
    }

    private void closeConnection() {
        Dedicated over = connection;
        if (over != null) {
            over.close();
        }
        frames.close();
    }
}
