package io.cachee.server.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How busy an event loop is, as the kernel counts: how long its thread ran, and how long it waited for a CPU. What it
 * spent looking for work is not counted as work. Also how many clients have sent anything.
 */
final class LoopLoad {
    private final BusyPoll busyPoll = new BusyPoll();
    private volatile boolean mayPoll;
    /** Written by the loop alone. */
    private volatile long polledNanos;

    /** Which interval this is, so that a client knows whether it was counted in it. */
    private volatile int interval = 1;
    /** Written by the loop alone. */
    private int countedIn;

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

    /** What was sampled last decides, and how many CPUs were idle. */
    void decidePolling(double idleCpus) {
        mayPoll = busyPoll.after(ranShare, waitedShare, idleCpus, clients);
    }

    // Of one thread: no increment is lost.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void polled(long nanos) {
        polledNanos += nanos;
    }

    long polledNanos() {
        return polledNanos;
    }

    /** A client has sent something that was counted last in that interval; in which it is counted now. By the loop. */
    int count(int lastCounted) {
        int now = interval;
        if (lastCounted != now) {
            counted = countedIn == now ? counted + 1 : 1;
            countedIn = now;
        }
        return now;
    }

    /** To be called once by the loop's own thread. */
    void attach() {
        try {
            Path thread = Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
            schedule = FileChannel.open(thread.resolve("schedstat"));
        } catch (IOException | UnsupportedOperationException notThisKernel) {
            schedule = null;
        }
    }

    /** Looks what the thread did in the last {@code wallNanos}; false where the kernel does not tell. */
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

    /** The share of the last interval in which its thread worked. */
    double ranShare() {
        return ranShare;
    }

    /** The share of the last interval in which its thread could have run and had no CPU. */
    double waitedShare() {
        return waitedShare;
    }

    /** How many clients have sent anything in the last interval in which one has. */
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
                // There is nothing in it that could be lost.
            }
        }
    }
}
