package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long commands take, and reports the slow ones.
 *
 * <p>Reading the clock takes about a tenth of the time of a brief command. Therefore brief commands of one name that a
 * client sends together are timed as a group, and each counts with the mean. If the mean is far too long for brief
 * commands, one of the group must have been delayed: it counts with the excess, and the others with the usual time. A
 * command that may take long, or has a long request or reply, ends a group.
 */
final class CommandTimer {
    private static final int MOST_TOGETHER = 16;
    /** A request or reply of more bytes ends a group. */
    private static final int BRIEF_BYTES = 4 << 10;
    /** If the mean is longer than this, one command was delayed. */
    private static final long MOST_NANOS = 2_000;
    /** The time that the others count with if one was delayed. */
    private static final long USUAL_NANOS = 500;
    /** Commands are timed one by one if the slow log or the latency monitor wants those that took less than this. */
    private static final long TOGETHER_IF_SLOW_NANOS = 1_000_000;

    private final SharedState shared;
    private final LoopStats stats;
    private final LongSupplier clock;
    private long now;
    private @Nullable Command command;
    private int calls;

    CommandTimer(SharedState shared, LoopStats stats, LongSupplier clock) {
        this.shared = shared;
        this.stats = stats;
        this.clock = clock;
    }

    /** Begins a batch of a client. Returns the time. */
    long begin() {
        calls = 0;
        now = clock.getAsLong();
        return now;
    }

    /** Call before a command runs: it ends the group of a different command. */
    void before(Command next, Session session) {
        if (calls > 0 && next != command) {
            stop(session, null);
        }
    }

    /**
     * Call after a command has run.
     *
     * @param replyBytes the length of its reply; negative if it is not known
     * @param moreFollow whether the next request of the batch has the same name
     */
    void after(Command done, Session session, Request request, long replyBytes, boolean moreFollow) {
        before(done, session);
        command = done;
        calls++;
        boolean goesOn = moreFollow
                && done.isBrief
                && calls < MOST_TOGETHER
                && Long.compareUnsigned(replyBytes, BRIEF_BYTES) < 0
                && request.size() < BRIEF_BYTES;
        if (!goesOn || shared.slowNanos() < TOGETHER_IF_SLOW_NANOS) {
            stop(session, request);
        }
    }

    /** Ends a batch, and with it a group that expected more commands. */
    void end(Session session) {
        if (calls > 0) {
            stop(session, null);
        }
    }

    private void stop(Session session, @Nullable Request last) {
        Command done = command;
        long after = clock.getAsLong();
        long nanos = after - now;
        int together = calls;
        now = after;
        calls = 0;
        if (done == null) {
            return;
        }
        Transport transport = session.link.transport();
        if (together == 1 || nanos <= together * MOST_NANOS) {
            stats.ran(done, transport, together, nanos);
        } else {
            long usual = (together - 1) * USUAL_NANOS;
            stats.ran(done, transport, together - 1, usual);
            stats.ran(done, transport, 1, nanos - usual);
        }
        if (nanos >= shared.slowNanos()) {
            shared.slow(done, together == 1 ? last : null, together, nanos, session);
        }
    }
}
