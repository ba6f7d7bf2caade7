package io.cachee.nearcache;

import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a crowd of readers from the database when a key is missing. The first reader learns that the key is missing and
 * is expected to write it. The others wait until it is written, for at most a given time. Confined to the link's event
 * loop.
 */
// Scheduled tasks fail only with the event loop itself.
@SuppressWarnings("FutureReturnValueIgnored")
final class MissGate {
    private static final int MOST_WAITING = 100_000;

    /** A waiting reader. It is woken once: when the key changes or when its time is over. */
    private static final class Waiter {
        private final Runnable retry;
        private final Runnable giveUp;
        private boolean over;

        Waiter(Runnable retry, Runnable giveUp) {
            this.retry = retry;
            this.giveUp = giveUp;
        }

        void end(boolean changed) {
            if (!over) {
                over = true;
                (changed ? retry : giveUp).run();
            }
        }
    }

    private final EventLoop loop;
    private final Map<ByteBuffer, List<Waiter>> byKey = new HashMap<>();
    private int waiting;

    MissGate(EventLoop loop) {
        this.loop = loop;
    }

    /** Makes the caller responsible for filling the key for {@code millis}. False if another reader already is. */
    boolean enter(byte[] key, long millis) {
        ByteBuffer name = ByteBuffer.wrap(key);
        if (byKey.containsKey(name)) {
            return false;
        }
        List<Waiter> waiters = new ArrayList<>(0);
        byKey.put(name, waiters);
        loop.schedule(() -> expire(name, waiters), millis, TimeUnit.MILLISECONDS);
        return true;
    }

    /** Whether a reader is responsible for filling the key. */
    boolean isFilling(byte[] key) {
        return byKey.containsKey(ByteBuffer.wrap(key));
    }

    private void expire(ByteBuffer name, List<Waiter> waiters) {
        if (byKey.remove(name, waiters)) {
            wake(waiters, true);
        }
    }

    /** Waits for a key to be filled. False if nobody is filling it, or if too many readers wait. */
    boolean await(byte[] key, long millis, Runnable retry, Runnable giveUp) {
        List<Waiter> waiters = byKey.get(ByteBuffer.wrap(key));
        if (waiters == null || waiting >= MOST_WAITING) {
            return false;
        }
        Waiter waiter = new Waiter(retry, giveUp);
        waiters.add(waiter);
        waiting++;
        loop.schedule(() -> waiter.end(false), millis, TimeUnit.MILLISECONDS);
        return true;
    }

    /** Wakes the readers who wait for a key, because it has changed. */
    void changed(byte[] key) {
        List<Waiter> waiters = byKey.isEmpty() ? null : byKey.remove(ByteBuffer.wrap(key));
        if (waiters != null) {
            wake(waiters, true);
        }
    }

    private void wake(List<Waiter> waiters, boolean changed) {
        waiting -= waiters.size();
        waiters.forEach(waiter -> waiter.end(changed));
    }

    int waiting() {
        return waiting;
    }
}
