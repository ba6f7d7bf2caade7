package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;

/** A session's connection as commands see it. */
public interface Link extends ReplyWriter.Outlet {
    /** Sends what was handed over. On its event loop. */
    void flush();

    /** Reads no more, sends what was handed over, and closes. On its event loop. */
    void finish();

    /** Holds replies back, and reads no more, for so long. On its event loop. */
    void hold(long millis);

    /** Keeps a place for a reply that is still to come. On its event loop. */
    PendingReply pendingReply();

    /** Whether replies are still to come. On its event loop. */
    boolean hasPendingReplies();

    /** Whether the calling thread is that of its event loop. */
    boolean isOnLoop();

    /** Runs a task on its event loop, between batches. From any thread. */
    void execute(Runnable task);

    /** Tries again what had to wait for the end of CLIENT PAUSE. From any thread. */
    void pauseStopped();

    /** Closes at once. From any thread. */
    void kill();

    /** Bytes handed over that the client has not taken yet. From any thread. */
    long unsentBytes();

    /** Bytes of an unfinished request. From any thread. */
    long unreadBytes();

    /** Where the client is: {@code address:port}, or the path of the Unix socket. */
    String remoteAddress();

    /** Where it connected to. */
    String localAddress();

    /** Which door it came through. */
    Transport transport();
}
