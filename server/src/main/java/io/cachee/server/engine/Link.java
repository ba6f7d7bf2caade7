package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;

/** The connection of a session. Methods are called on its event loop, unless they say "any thread". */
public interface Link extends ReplyWriter.Outlet {
    /** Sends what was handed over. */
    void flush();

    /** Stops reading, sends what was handed over, and closes. */
    void finish();

    /** Delays all replies, and stops reading, for this time. */
    void hold(long millis);

    /** Reserves the place of a reply that will be given later. */
    PendingReply pendingReply();

    /** Whether there are reserved places whose replies were not given yet. */
    boolean hasPendingReplies();

    /** Whether the calling thread is the connection's event loop. Any thread. */
    boolean isOnLoop();

    /** Runs a task on the event loop, between two batches. Any thread. */
    void execute(Runnable task);

    /** Tries the request again that waits for the end of CLIENT PAUSE. Any thread. */
    void pauseStopped();

    /** Closes at once. Any thread. */
    void kill();

    /** Bytes handed over that the client has not taken yet. Any thread. */
    long unsentBytes();

    /** Bytes of an unfinished request. Any thread. */
    long unreadBytes();

    /** The messages that wait for the client take more memory than before, or less. Any thread. */
    void messagesGrew(long difference);

    /** The client's address: {@code address:port}, or the path of the Unix socket. Any thread. */
    String remoteAddress();

    /** The address that the client has connected to. Any thread. */
    String localAddress();

    /** How the client is connected. Any thread. */
    Transport transport();
}
