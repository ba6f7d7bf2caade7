package io.cachee.server.engine;

/**
 * What happens to connections: every event is counted, and those an operator should know about are logged, within
 * limits.
 */
public final class ConnectionEvents {
    private final SharedState shared;
    private final LogLimit limit;

    ConnectionEvents(SharedState shared) {
        this.shared = shared;
        this.limit = new LogLimit(System::nanoTime, message -> shared.log(message, null));
    }

    public void connectionRejected() {
        shared.counters.rejectedConnections.increment();
        log("max number of clients reached; a connection was refused");
    }

    public void connectionDenied() {
        shared.counters.deniedConnections.increment();
        log("a connection from another machine was denied: no password is set");
    }

    public void idleDisconnected() {
        shared.counters.idleDisconnects.increment();
    }

    /** A client exceeded the limit on an unfinished request. */
    public void queryTooLarge(String client) {
        shared.counters.queryLimitDisconnects.increment();
        log("client " + client + " closed: its request is larger than the query buffer limit of "
                + shared.tunables.queryBufferBytes() + " bytes");
    }

    /** A client exceeded the limit on unread replies. */
    public void outputTooLarge(String client) {
        shared.counters.outputLimitDisconnects.increment();
        log("client " + client + " closed: it left more replies unread than its output buffer limit");
    }

    /** The buffers of all clients exceeded their limit, and this client's were the largest. */
    public void buffersTooLarge(String client) {
        shared.counters.bufferTotalDisconnects.increment();
        log("client " + client + " closed: the buffers of all clients are over their limit, and its own are the"
                + " largest");
    }

    /** The certificate or key has changed and cannot be used. */
    public void certificateUnusable(String why) {
        shared.log("the old certificate stays in force: " + why, null);
    }

    /** A new certificate is in force. */
    public void certificateReloaded() {
        shared.log("the TLS certificate was reloaded", null);
    }

    /** A changed configuration file is in force. */
    public void configReloaded() {
        shared.counters.configReloads.increment();
    }

    /** The configuration file has changed and cannot be used. */
    public void configUnusable() {
        shared.counters.configReloadErrors.increment();
    }

    /** The regular work of an event loop has failed; it will be tried again. */
    public void tickFailed(RuntimeException problem) {
        shared.log("regular work failed: " + problem, problem);
    }

    /** A client was closed because memory for network buffers ran out. */
    public void outOfMemory(String client) {
        shared.counters.outOfMemory.increment();
        log("client " + client + " closed: there is no memory left for network buffers");
    }

    /** A client violated the protocol. */
    public void protocolBroken(Session session, String client, String how) {
        shared.counters.protocolErrors.increment();
        log("client " + client + " (id " + session.id + ") closed: protocol error: " + how);
    }

    /** A connection failed for a reason that is not the client's. */
    public void connectionFailed(String client, Throwable cause) {
        shared.log("connection of " + client + " failed: " + cause, cause);
    }

    /** No connection can be accepted, because the process has no file descriptors left. */
    public void acceptFailed() {
        shared.counters.acceptFailures.increment();
        log("no more file descriptors: new connections have to wait");
    }

    /** A TLS handshake failed. */
    public void handshakeFailed(String client, String why) {
        shared.counters.handshakeFailures.increment();
        log("TLS handshake with " + client + " failed: " + why);
    }

    private void log(String message) {
        limit.log(message);
    }
}
