package io.cachee.server.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;

/**
 * How an event loop waits for work: where requests follow each other closely and a CPU is to spare, it looks again for
 * a moment before it sleeps, for to be woken takes longer than many a request. It gives its CPU to whoever wants it
 * while it looks.
 */
final class LoopWait implements IoHandler {
    /** The mean is over about so many turns. */
    private static final int TURNS = 8;
    /** Nor does a long sleep count for more than this many times the limit, so that it is soon forgotten. */
    private static final int LONG_TURN = 4;
    /** Who waits for this CPU has it after so many looks, some microseconds; to ask after each delays what comes. */
    private static final int LOOKS_IN_A_ROW = 8;

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

    // To yield is what is meant here: whoever waits for this CPU may have it.
    @SuppressWarnings("ThreadPriorityCheck")
    private int poll(IoHandlerContext context, long begun) {
        int found = sockets.run(AT_ONCE);
        long now = begun;
        for (int looks = 1; found == 0 && context.canBlock() && now - begun < mostNanos; looks++) {
            if (looks % LOOKS_IN_A_ROW == 0) {
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
