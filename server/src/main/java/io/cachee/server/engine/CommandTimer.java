package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the time that commands need, and tells of the slow ones. Brief commands of one name that a client has sent
 * together are timed together, for a look at the clock takes a tenth of what such a command does: each counts with the
 * mean. Where that is far too long for them, all that is known is that one was held up, and one has it all. A command
 * that may be long, or has a long request or reply, ends a group.
 */
final class CommandTimer {
    private static final int MOST_TOGETHER = 16;
    /** A request or a reply with more takes time of its own. */
    private static final int BRIEF_BYTES = 4 << 10;
    /** A mean of more than this is no brief command's. */
    private static final long MOST_NANOS = 2_000;
    /** What the others count with where one was held up. */
    private static final long USUAL_NANOS = 500;
    /** Who wants to be told of commands that took less has each of them timed by itself. */
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

    /** Begins a batch of a client; what time it is. */
    long begin() {
        calls = 0;
        now = clock.getAsLong();
        return now;
    }

    /** A command is about to be run: it is none of another's group. */
    void before(Command next, Session session) {
        if (calls > 0 && next != command) {
            stop(session, null);
        }
    }

    /**
     * A command has been run.
     *
     * @param replyBytes how long its reply is; less than none where that is not known
     * @param moreFollow whether the next of the batch has the same name
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

    /** Ends a batch, which more was expected of if a group is not done. */
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
