package io.cachee.server.net;

import io.cachee.server.command.CommandExecutor;
import io.netty.channel.EventLoop;

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

    LoopContext(EventLoop eventLoop, LoopLoad load, CommandExecutor executor) {
        this.eventLoop = eventLoop;
        this.load = load;
        this.executor = executor;
    }
}
