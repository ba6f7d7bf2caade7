package io.cachee.server.command;

import io.cachee.l2.Dedicated;
import io.cachee.l2.DedicatedHandler;
import io.cachee.l2.Protocol;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.ReplyFrames;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.tier.Tier;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's own connection to L2, for what cannot share one. For a transaction it lasts from WATCH or MULTI to EXEC,
 * for a command that waits until its reply; whoever listens to channels, or to all commands, keeps it, and then
 * everything of the client travels over it.
 *
 * <p>MULTI is answered here, and sent with the first command after it, for a cluster's node is known only then.
 */
final class OwnConnection implements DedicatedHandler {
    private static final Set<String> LISTENS =
            Set.of("subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe", "monitor");
    private static final Set<String> ENDS_IT = Set.of("quit", "reset");
    /** Of commands that run here, those that are part of a transaction when they come within one. */
    private static final Set<String> PART_OF_TRANSACTIONS = Set.of("ping", "echo", "time", "select");

    private static final byte[] MULTI = {'m', 'u', 'l', 't', 'i'};
    private static final byte[] DISCARD = {'d', 'i', 's', 'c', 'a', 'r', 'd'};
    /** When a transaction writes more keys than this, all is forgotten instead. */
    private static final int MOST_WRITTEN = 10_000;

    private final Session session;
    private final Tier tier;
    private final PassThrough passing;

    // Of the client's event loop.
    private final Deque<Later> awaited = new ArrayDeque<>();
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

    private OwnConnection(Session session, Tier tier, PassThrough passing) {
        this.session = session;
        this.tier = tier;
        this.passing = passing;
        this.frames = new ReplyFrames(tier.l2().mostReplyBytes());
    }

    static OwnConnection of(Call call, Tier tier, PassThrough passing) {
        OwnConnection own = call.session.own;
        if (own == null) {
            own = new OwnConnection(call.session, tier, passing);
            call.session.own = own;
        }
        return own;
    }

    /** Whether a command of the client is to travel over it. */
    boolean takes(Command command) {
        if (ENDS_IT.contains(command.name)) {
            return false;
        }
        boolean isAboutClient = Tiers.runsHere(command) && !PART_OF_TRANSACTIONS.contains(command.name);
        return listens || (inTransaction || watches) && !isAboutClient;
    }

    /** Whether MULTI has been sent and not yet EXEC. On the event loop of the client. */
    boolean isInTransaction() {
        return inTransaction;
    }

    /** Whether it is kept to listen to channels. From any thread. */
    boolean isSubscribed() {
        return subscribed;
    }

    /**
     * Whether a command has no place in the client's transaction: it runs here, and L2, which queues the others, would
     * not know when.
     */
    boolean refuses(Command command) {
        return inTransaction
                && !ENDS_IT.contains(command.name)
                && Tiers.runsHere(command)
                && !PART_OF_TRANSACTIONS.contains(command.name);
    }

    /** A command within the transaction was refused here, so L2 must not run the others. */
    void refused() {
        broken |= inTransaction;
    }

    /** Whether a command waits in L2, so that nothing after it may be sent. */
    boolean isBlocked() {
        return blocked;
    }

    void run(Call call) {
        switch (call.command.name) {
            case "multi" -> multi(call);
            case "exec", "discard" -> end(call);
            case "unwatch" -> {
                send(call);
                watches = false;
            }
            case "watch" -> {
                watches |= !inTransaction;
                send(call);
            }
            case "select" -> {
                selected = Decimal.integer(call.request, 1, 0, call.instance.databases.count() - 1);
                send(call);
            }
            case "flushall", "flushdb" -> flush(call);
            default -> {
                boolean begins = LISTENS.contains(call.command.name);
                boolean waits = !inTransaction && !begins && !watches && !listens;
                listens |= begins && !inTransaction;
                subscribed |= listens && !call.command.name.equals("monitor");
                blocked |= waits;
                send(call);
            }
        }
    }

    private void flush(Call call) {
        try {
            ServerCommands.checkFlush(call);
        } catch (CommandException refused) {
            refused();
            throw refused;
        }
        send(call);
    }

    private void multi(Call call) {
        if (inTransaction || listens) {
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

    private void end(Call call) {
        boolean wasEmpty = multiUnsent;
        boolean mustFail = broken && call.command.name.equals("exec");
        multiUnsent = false;
        broken = false;
        if (mustFail) {
            discard(wasEmpty);
            call.reply.error("EXECABORT Transaction discarded because of previous errors.");
        } else if (!wasEmpty) {
            send(call);
        } else if (call.command.name.equals("exec")) {
            call.reply.array(0);
        } else {
            call.reply.ok();
        }
        selected = -1;
        inTransaction = false;
        watches = false;
        endIfIdle();
    }

    private void discard(boolean wasEmpty) {
        if (!wasEmpty && connected) {
            sendUnasked(DISCARD);
        }
    }

    /** The client did not send it, or has its reply already. */
    private void sendUnasked(byte[] command) {
        awaited.add(ByteBuf::release);
        ByteBuf request = RequestEncoder.encode(command);
        passing.onLink(() -> {
            held.add(() -> sendNow(request));
            sendHeld();
        });
    }

    private void send(Call call) {
        int slot = passing.slotOf(call);
        if (!connected) {
            connect(slot);
        }
        if (multiUnsent) {
            multiUnsent = false;
            sendUnasked(MULTI);
        }
        if (!listens) {
            awaited.add(place(call));
        }
        List<byte[]> behind = passing.writtenBehind(call);
        Command command = call.command;
        // Within a transaction there may be a SELECT before it, so keys count whatever the database.
        List<byte[]> keys = inTransaction ? PassThrough.namedKeys(call) : passing.writtenKeys(call);
        ByteBuf request = RequestEncoder.encode(call.request);
        byte[] tracked = passing.mustTrack(call, slot) ? PassThrough.exists(call) : null;
        passing.onLink(() -> {
            if (tracked != null) {
                held.add(() -> track(tracked, slot));
            }
            behind.forEach(tier.writeBehind()::flush);
            held.add(() -> {
                remember(command, keys, slot);
                sendNow(request);
            });
            sendHeld();
        });
    }

    /** Where the reply goes; that to EXEC tells whether a SELECT within the transaction has happened. */
    private Later place(Call call) {
        Later later = call.later();
        int chosen = selected;
        if (chosen < 0 || !call.command.name.equals("exec")) {
            return later;
        }
        return frame -> {
            if (!ReplyReader.isError(frame) && !ReplyReader.isNull(frame)) {
                session.database = chosen;
            }
            later.reply(frame);
        };
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
        tier.l2().sendTracked(Unpooled.wrappedBuffer(exists), slot, PassThrough.afterwards(() -> {
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
        Protocol protocol = PassThrough.protocolOf(session);
        int database = session.database;
        passing.onLink(() -> connection = tier.l2().dedicate(slot, protocol, database, this));
    }

    // ---------------------------------------------------------------- on the link's event loop

    private void remember(Command command, List<byte[]> keys, int slot) {
        keys.forEach(tier::forget);
        if (command.writesUnnamed && !wroteUnnamed) {
            wroteUnnamed = true;
            slotOfUnnamed = slot;
        }
        if (PassThrough.changesAll(command) || written.size() + keys.size() > MOST_WRITTEN) {
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
            tier.forgetAll();
        } else {
            written.forEach(tier::forget);
        }
        ByteBuf copy = PassThrough.copyOf(frame);
        if (wroteUnnamed) {
            passing.afterChanges(slotOfUnnamed, () -> onClient(() -> came(copy)));
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
        PassThrough.onClient(session, task);
    }

    // ---------------------------------------------------------------- on the client's event loop

    private void came(ByteBuf frame) {
        boolean isPush = ReplyReader.isPush(frame);
        if (closed) {
            frame.release();
        } else if (isPush || awaited.isEmpty()) {
            session.link.send(frame);
            session.link.flush();
        } else {
            awaited.remove().reply(frame);
            blocked = false;
            endIfIdle();
        }
    }

    private void lost(String why) {
        if (closed) {
            return;
        }
        boolean losesState = inTransaction || watches || listens;
        close();
        session.own = null;
        while (!awaited.isEmpty()) {
            awaited.remove().reply(ReplyEncoder.error("ERR L2 gave no answer: " + why));
        }
        if (losesState) {
            session.link.finish();
        }
    }

    private void endIfIdle() {
        if (awaited.isEmpty() && !inTransaction && !watches && !listens) {
            close();
            session.own = null;
        }
    }

    /** Ends it. On the client's event loop. */
    void close() {
        if (!closed) {
            closed = true;
            if (connected) {
                passing.onLink(this::closeConnection);
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
