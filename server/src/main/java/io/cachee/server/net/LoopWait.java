package io.cachee.server.net;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;

/**
 * How an event loop waits for work: where requests follow each other closely and a CPU is to spare, it looks again for
 * a moment before it sleeps, for to be woken takes longer than many a request. It gives its CPU to whoever wants it
 * while it looks.
 */
final class LoopWait implements SelectStrategy {
    /** The mean is over about so many turns. */
    private static final int TURNS = 8;
    /** Nor does a long sleep count for more than this many times the limit, so that it is soon forgotten. */
    private static final int LONG_TURN = 4;

    private final LoopLoad load;
    private final long mostNanos;
    private long lastNanos;
    private long meanNanos;

    LoopWait(LoopLoad load, long mostNanos) {
        this.load = load;
        this.mostNanos = mostNanos;
        this.meanNanos = LONG_TURN * mostNanos;
    }

    @Override
    public int calculateStrategy(IntSupplier ready, boolean hasTasks) throws Exception {
        if (hasTasks) {
            return ready.get();
        }
        if (mostNanos == 0 || !load.mayPoll()) {
            return SELECT;
        }
        long now = System.nanoTime();
        noteTurn(now);
        return meanNanos > mostNanos ? SELECT : poll(ready, now);
    }

    private void noteTurn(long now) {
        long turn = Math.min(now - lastNanos, LONG_TURN * mostNanos);
        lastNanos = now;
        meanNanos += (turn - meanNanos) / TURNS;
    }

    // To yield is what is meant here: whoever waits for this CPU may have it.
    @SuppressWarnings("ThreadPriorityCheck")
    private int poll(IntSupplier ready, long begun) throws Exception {
        int found = ready.get();
        long now = begun;
        while (found == 0 && now - begun < mostNanos) {
            Thread.yield();
            found = ready.get();
            now = System.nanoTime();
        }
        if (now != begun) {
            load.polled(now - begun);
        }
        return found > 0 ? found : SELECT;
    }
}
