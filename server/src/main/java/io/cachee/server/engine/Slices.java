package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import io.cachee.resp.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The commands of one event loop that are done in slices. In each turn of the loop one slice of one of them runs, so
 * however many there are, other clients wait for one slice at most. Later requests of the same client wait for the end
 * of its command, as they do for other replies that are still to come.
 *
 * <p>Parts of a reply are given when the client takes them: a client that does not read stops its own command. If the
 * client goes, the rest of its command is not done.
 *
 * <p>Within a transaction nothing else runs, so there all slices run at once, and their number is limited.
 */
@ConfinedTo("the event loop")
final class Slices {
    /** How many slices all commands of one transaction may take. */
    static final int MOST_ALONE = 1_024;
    /** A command rests while its client has not taken this much of the reply. */
    private static final int MOST_UNTAKEN_BYTES = 256 << 10;

    private final SharedState shared;
    private final CommandExecutor executor;
    private final Deque<Sliced> ready = new ArrayDeque<>();
    private Executor nextTurn = Runnable::run;
    private boolean planned;
    private int leftAlone;

    Slices(SharedState shared, CommandExecutor executor) {
        this.shared = shared;
        this.executor = executor;
    }

    /** Sets what runs a task in the next turn of the event loop, after connections were served. */
    void runBy(Executor turns) {
        nextTurn = turns;
    }

    /** A transaction, or another task that runs alone, begins. */
    void beginAlone() {
        leftAlone = MOST_ALONE;
    }

    /** Runs all slices now. */
    void runAlone(CommandContext call, SlicedTask task) {
        boolean isDone = false;
        while (!isDone) {
            check(call.command, 1);
            leftAlone--;
            shared.counters.slices.increment();
            isDone = task.slice(call);
        }
    }

    /** Throws if the transaction may not take so many more slices. */
    void check(Command command, long wanted) {
        if (wanted > leftAlone) {
            throw new CommandException("ERR " + command.upperCaseName()
                    + " takes too long for a transaction, in which no other client is served; run it by itself");
        }
    }

    /** Runs the slices in later turns. What the command has written so far is the beginning of its reply. */
    void runLater(CommandContext call, SlicedTask task, boolean isMuted, boolean isBegun) {
        Session session = call.session;
        Sliced sliced = new Sliced(session, call.command, call.request.copy(), task, isMuted, isBegun);
        PendingReply place = executor.pendingReplyEvenIfMuted(session);
        session.slicedBytes = sliced.request.size();
        session.slicing = true;
        if (!place.inParts(sliced::begin)) {
            throw new IllegalStateException("no place for the reply");
        }
    }

    private void add(Sliced sliced) {
        ready.add(sliced);
        plan();
    }

    private void plan() {
        if (!planned && !ready.isEmpty()) {
            planned = true;
            nextTurn.execute(this::turn);
        }
    }

    private void turn() {
        planned = false;
        Sliced next = ready.poll();
        if (next != null) {
            next.run();
        }
        plan();
    }

    /** A command that is under way. */
    private final class Sliced implements ReplyWriter.Outlet {
        private final Session session;
        private final Command command;
        private final Request request;
        private final SlicedTask task;
        private final boolean isMuted;
        private boolean isBegun;
        private PendingReply.@org.jspecify.annotations.Nullable Parts parts;
        /** What the slice that runs has written. */
        private final List<ByteBuf> written = new ArrayList<>();

        private int untakenBytes;
        private boolean rests;
        private long nanos;

        Sliced(Session session, Command command, Request request, SlicedTask task, boolean isMuted, boolean isBegun) {
            this.session = session;
            this.command = command;
            this.request = request;
            this.task = task;
            this.isMuted = isMuted;
            this.isBegun = isBegun;
        }

        /** All earlier replies have left. */
        void begin(PendingReply.Parts place) {
            parts = place;
            add(this);
        }

        @Override
        public void send(ByteBuf full) {
            if (isMuted) {
                full.release();
            } else {
                written.add(full);
            }
        }

        void run() {
            if (session.isClosing()) {
                return;
            }
            long begun = System.nanoTime();
            boolean isDone;
            try {
                isDone = executor.runSlice(session, command, request, task, this);
            } catch (CommandException refused) {
                isDone = true;
                fail(refused.reply());
            } catch (RuntimeException | InternalError broken) {
                isDone = true;
                shared.log("command '" + command.name + "' failed: " + broken, broken);
                fail("ERR internal error: " + broken.getClass().getSimpleName());
            }
            nanos += System.nanoTime() - begun;
            shared.counters.slices.increment();
            give(isDone);
        }

        /** Replies with an error. If a part of the reply was given already, the connection is closed. */
        private void fail(String error) {
            executor.stats.failed(command);
            shared.errors.count(error);
            if (isBegun) {
                session.kill();
            }
            written.forEach(ByteBuf::release);
            written.clear();
            executor.writeError(session, error, this);
        }

        private void give(boolean isDone) {
            if (isDone) {
                session.slicing = false;
                session.slicedBytes = 0;
                if (nanos >= shared.slowNanos()) {
                    shared.slow(command, request, 1, nanos, session);
                }
                if (written.isEmpty()) {
                    written.add(Unpooled.EMPTY_BUFFER);
                }
            }
            boolean isThere = true;
            for (int i = 0; i < written.size(); i++) {
                ByteBuf part = written.get(i);
                int bytes = part.readableBytes();
                untakenBytes += bytes;
                isBegun = true;
                boolean isLast = isDone && i == written.size() - 1;
                PendingReply.Parts place = parts;
                isThere = place != null && place.add(part, isLast, () -> taken(bytes));
            }
            written.clear();
            if (isDone || !isThere) {
                return;
            }
            rests = untakenBytes > MOST_UNTAKEN_BYTES;
            if (!rests) {
                add(this);
            }
        }

        private void taken(int bytes) {
            untakenBytes -= bytes;
            if (rests && untakenBytes <= MOST_UNTAKEN_BYTES / 2) {
                rests = false;
                add(this);
            }
        }
    }
}
