package io.cachee.l2;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a feed is alive. A feed from which nothing was heard for a while is sent a PING, and closed when nothing
 * comes back. It is also closed when one reply takes so long to arrive that invalidations wait behind it for longer
 * than the feed may be silent.
 */
@EventLoopConfined
final class Heartbeat {
    private final LinkContext link;
    private final NodeConnection connection;
    private boolean heard;
    /** Since when a reply has been arriving; 0 while none is. */
    private long replyingSinceNanos;

    private @Nullable ScheduledFuture<?> timer;

    Heartbeat(LinkContext link, NodeConnection connection) {
        this.link = link;
        this.connection = connection;
    }

    void start() {
        schedule(this::check, link.options().heartbeatMillis());
    }

    void stop() {
        ScheduledFuture<?> planned = timer;
        if (planned != null) {
            planned.cancel(false);
        }
    }

    /** Bytes have arrived. */
    void heard() {
        heard = true;
    }

    /** A reply has arrived in full. */
    void replyEnded() {
        replyingSinceNanos = 0;
    }

    /** Called after bytes were read, with whether they end within a reply. */
    void noteProgress(boolean isAmidReply) {
        if (!isAmidReply) {
            replyingSinceNanos = 0;
        } else if (replyingSinceNanos == 0) {
            // The lowest bit is set, so that it is never 0.
            replyingSinceNanos = System.nanoTime() | 1;
        }
    }

    private void schedule(Runnable task, int millis) {
        timer = link.loop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private void check() {
        if (isHeldUp()) {
            connection.timedOut("a reply of " + connection.address() + " held reports of changes up for too long");
            return;
        }
        if (heard) {
            heard = false;
            start();
            return;
        }
        connection.ping();
        schedule(this::checkAnswered, link.options().silenceMillis());
    }

    private boolean isHeldUp() {
        return replyingSinceNanos != 0
                && System.nanoTime() - replyingSinceNanos
                        > TimeUnit.MILLISECONDS.toNanos(link.options().silenceMillis());
    }

    private void checkAnswered() {
        if (heard) {
            check();
        } else {
            connection.timedOut(
                    connection.address() + " was silent for " + link.options().silenceMillis() + " ms");
        }
    }
}
