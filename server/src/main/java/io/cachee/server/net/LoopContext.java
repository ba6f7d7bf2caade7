package io.cachee.server.net;

import io.cachee.server.engine.ConfinedTo;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** An event loop, and what its connections share whatever they speak. */
// A failed task is logged by Netty.
@SuppressWarnings("FutureReturnValueIgnored")
final class LoopContext implements Executor {
    private static final int MOST_TO_FLUSH = 256;

    final EventLoop eventLoop;
    /** Its number among all event loops, from 0. */
    final int index;

    final LoopLoad load;

    /** Connections that send at the end of the turn what they have queued. */
    @ConfinedTo("the event loop")
    private final Deque<SocketConnection> toFlush = new ArrayDeque<>();

    @ConfinedTo("the event loop")
    private boolean flushPlanned;

    LoopContext(EventLoop eventLoop, int index, LoopLoad load) {
        this.eventLoop = eventLoop;
        this.index = index;
        this.load = load;
    }

    /**
     * Runs a task in the next turn of the loop. A task that is merely executed runs in the same turn, and one that
     * executes another each time would keep the loop from its connections.
     */
    @Override
    public void execute(Runnable task) {
        eventLoop.schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    /**
     * Flushes a connection at the end of this turn, together with others. A reply that is sent during the turn wakes
     * its client while the loop still reads, and both compete for the CPU. With io_uring the client's next request
     * would even arrive within the same turn, and the loop's other tasks would have to wait.
     */
    @ConfinedTo("the event loop")
    void flush(SocketConnection connection) {
        toFlush.add(connection);
        if (toFlush.size() >= MOST_TO_FLUSH) {
            // Each has a buffer, though there may be little in it.
            flushAll();
        } else if (!flushPlanned) {
            flushPlanned = true;
            eventLoop.execute(this::flushQueued);
        }
    }

    private void flushQueued() {
        flushPlanned = false;
        flushAll();
    }

    private void flushAll() {
        for (SocketConnection next = toFlush.poll(); next != null; next = toFlush.poll()) {
            next.flushNow();
        }
    }
}
