package io.cachee.server.net;

import io.cachee.server.command.CommandExecutor;
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
    final Buffers buffers = new Buffers();
    /** Whether a batch is run, of whichever connection: there is one reply buffer, so no other may begin. */
    boolean running;

    private final boolean gathersReplies;
    /** Those with replies that are sent at the end of the turn. */
    private final Deque<Connection> toFlush = new ArrayDeque<>();

    private boolean flushPlanned;

    LoopContext(EventLoop eventLoop, LoopLoad load, CommandExecutor executor, boolean gathersReplies) {
        this.eventLoop = eventLoop;
        this.load = load;
        this.executor = executor;
        this.gathersReplies = gathersReplies;
    }

    /** Sends what a connection has for its client, with what others have where that is better. */
    void flush(Connection connection) {
        if (!gathersReplies) {
            connection.flushNow();
            return;
        }
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
