package io.cachee.server.net;

import io.cachee.resp.RequestsAhead;
import io.cachee.server.engine.CommandExecutor;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;

/** What the connections of one event loop share. */
final class LoopContext {
    /** Replies are sent when there is so much of them, even amid a batch. */
    static final int FLUSH_BYTES = 128 << 10;
    /** A connection that is to end when it has nothing under way is looked at again after this. */
    static final long RETRY_MILLIS = 2;

    final EventLoop eventLoop;
    final LoopLoad load;
    final CommandExecutor executor;
    final Buffers buffers;
    final RequestsAhead ahead = new RequestsAhead();
    /** Whether a batch is run, of whichever connection: there is one reply buffer, so no other may begin. */
    boolean running;

    /** Those with replies that are sent at the end of the turn. */
    private final Deque<Connection> toFlush = new ArrayDeque<>();

    private boolean flushPlanned;

    /** One of so many. */
    LoopContext(EventLoop eventLoop, LoopLoad load, CommandExecutor executor, int loops) {
        this.eventLoop = eventLoop;
        this.load = load;
        this.executor = executor;
        this.buffers = new Buffers(loops);
    }

    /**
     * Sends what a connection has for its client at the end of this turn, with what others have. A reply sent amid it
     * wakes its client while the loop reads on, and the two get in each other's way; with io_uring it would bring the
     * next request into the same turn, and whatever else the loop has to do would have to wait.
     */
    void flush(Connection connection) {
        toFlush.add(connection);
        if (!flushPlanned) {
            flushPlanned = true;
            eventLoop.execute(this::flushAll);
        }
    }

    private void flushAll() {
        flushPlanned = false;
        for (Connection next = toFlush.poll(); next != null; next = toFlush.poll()) {
            next.flushNow();
        }
    }
}
