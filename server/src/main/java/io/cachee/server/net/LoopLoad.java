package io.cachee.server.net;

import io.cachee.server.engine.ConfinedTo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How busy an event loop is, as the kernel counts it: how long its thread ran, and how long it waited for a CPU. Time
 * that it polled for work does not count as work. Also counts the clients that have sent anything.
 */
final class LoopLoad {
    private final BusyPoll busyPoll = new BusyPoll();
    private volatile boolean mayPoll;
    /** Written by the event loop. */
    private volatile long polledNanos;

    /** The number of the current interval. A connection remembers the one in which it was counted last. */
    private volatile int interval = 1;
    /** The interval that {@link #counted} is of. */
    @ConfinedTo("the event loop")
    private int countedIn;

    /** Written by the event loop. */
    private volatile int counted;

    private volatile @Nullable FileChannel schedule;
    private final ByteBuffer text = ByteBuffer.allocate(96);
    private long lastRan;
    private long lastWaited;
    private long lastPolled;
    private double ranShare;
    private double waitedShare;
    private int clients;

    boolean mayPoll() {
        return mayPoll;
    }

    /** Decides by the last sample, and by how many CPUs were idle, whether the loop may poll. */
    void decidePolling(double idleCpus) {
        mayPoll = busyPoll.after(ranShare, waitedShare, idleCpus, clients);
    }

    /** The loop has polled for this long. */
    // Only the event loop writes it, so no increment is lost.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    @ConfinedTo("the event loop")
    void polled(long nanos) {
        polledNanos += nanos;
    }

    long polledNanos() {
        return polledNanos;
    }

    /**
     * Counts a client that has sent something, once per interval.
     *
     * @param lastCounted what this method returned for the client the last time
     */
    @ConfinedTo("the event loop")
    int count(int lastCounted) {
        int now = interval;
        if (lastCounted != now) {
            counted = countedIn == now ? counted + 1 : 1;
            countedIn = now;
        }
        return now;
    }

    /** Finds the loop's thread. Call once, on it. */
    @ConfinedTo("the event loop")
    void attach() {
        try {
            Path thread = Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
            schedule = FileChannel.open(thread.resolve("schedstat"));
        } catch (IOException | UnsupportedOperationException notThisKernel) {
            schedule = null;
        }
    }

    /** Measures what the thread did in the last {@code wallNanos}; false where the kernel does not report it. */
    boolean sample(long wallNanos) {
        clients = counted;
        nextInterval();
        FileChannel file = schedule;
        if (file == null) {
            return false;
        }
        try {
            text.clear();
            int length = file.read(text, 0);
            String[] fields = new String(text.array(), 0, Math.max(0, length), StandardCharsets.US_ASCII).split(" ", 3);
            long ran = Long.parseLong(fields[0]);
            long waited = Long.parseLong(fields[1].strip());
            long polled = polledNanos;
            ranShare = share(ran - lastRan - (polled - lastPolled), wallNanos);
            waitedShare = share(waited - lastWaited, wallNanos);
            lastRan = ran;
            lastWaited = waited;
            lastPolled = polled;
            return true;
        } catch (IOException | RuntimeException unreadable) {
            return false;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void nextInterval() {
        interval++;
    }

    private static double share(long nanos, long wallNanos) {
        return Math.clamp((double) nanos / wallNanos, 0, 1);
    }

    /** The share of the last interval in which the thread worked. */
    double ranShare() {
        return ranShare;
    }

    /** The share of the last interval in which the thread could have run but had no CPU. */
    double waitedShare() {
        return waitedShare;
    }

    /** How many clients have sent anything, in the last interval in which any has. */
    int clients() {
        return clients;
    }

    void close() {
        FileChannel file = schedule;
        schedule = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException ignored) {
                // A file that was only read loses nothing.
            }
        }
    }
}
