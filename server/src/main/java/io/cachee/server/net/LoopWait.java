package io.cachee.server.net;

import io.cachee.server.engine.ConfinedTo;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;

/**
 * How an event loop waits for work. Where requests follow each other closely and a CPU is idle, it polls for a moment
 * before it sleeps, because waking up takes longer than many requests do. While it polls, it yields the CPU to other
 * threads.
 */
@ConfinedTo("the event loop")
final class LoopWait implements IoHandler {
    /** The mean time between turns is over about this many. */
    private static final int TURNS = 8;
    /** A long sleep counts as this many times the limit, so that it is soon forgotten. */
    private static final int LONG_TURN = 4;
    /** Polls between two yields: a few microseconds. Yielding after each poll would delay requests. */
    private static final int POLLS_IN_A_ROW = 8;

    private static final IoHandlerContext AT_ONCE = new IoHandlerContext() {
        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return 0;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    };

    private final IoHandler sockets;
    private final LoopLoad load;
    private final long mostNanos;
    private long lastNanos;
    private long meanNanos;

    LoopWait(IoHandler sockets, LoopLoad load, long mostNanos) {
        this.sockets = sockets;
        this.load = load;
        this.mostNanos = mostNanos;
        this.meanNanos = LONG_TURN * mostNanos;
    }

    @Override
    public int run(IoHandlerContext context) {
        if (mostNanos == 0 || !context.canBlock() || !load.mayPoll()) {
            return sockets.run(context);
        }
        long now = System.nanoTime();
        noteTurn(now);
        int found = meanNanos > mostNanos ? 0 : poll(context, now);
        return found > 0 ? found : sockets.run(context);
    }

    private void noteTurn(long now) {
        long turn = Math.min(now - lastNanos, LONG_TURN * mostNanos);
        lastNanos = now;
        meanNanos += (turn - meanNanos) / TURNS;
    }

    // Yielding is intended: another thread that waits for this CPU shall get it.
    @SuppressWarnings("ThreadPriorityCheck")
    private int poll(IoHandlerContext context, long begun) {
        int found = sockets.run(AT_ONCE);
        long now = begun;
        for (int polls = 1; found == 0 && context.canBlock() && now - begun < mostNanos; polls++) {
            if (polls % POLLS_IN_A_ROW == 0) {
                Thread.yield();
            }
            found = sockets.run(AT_ONCE);
            now = System.nanoTime();
        }
        if (now != begun) {
            load.polled(now - begun);
        }
        return found;
    }

    @Override
    public void initialize() {
        sockets.initialize();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return sockets.register(handle);
    }

    @Override
    public void wakeup() {
        sockets.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return sockets.isCompatible(handleType);
    }

    @Override
    public void prepareToDestroy() {
        sockets.prepareToDestroy();
    }

    @Override
    public void destroy() {
        sockets.destroy();
    }
}
