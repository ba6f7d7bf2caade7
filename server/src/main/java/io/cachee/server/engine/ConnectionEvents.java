package io.cachee.server.engine;

/** What connections report: each is counted, and what an operator should know is logged, but not too often. */
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

    /** A client sent more than it may before its request was complete. */
    public void queryTooLarge(String client) {
        shared.counters.queryLimitDisconnects.increment();
        log("client " + client + " closed: its request is larger than the query buffer limit of "
                + shared.tunables.queryBufferBytes() + " bytes");
    }

    /** A client left more unread than it may. */
    public void outputTooLarge(String client) {
        shared.counters.outputLimitDisconnects.increment();
        log("client " + client + " closed: it left more replies unread than its output buffer limit");
    }

    /** All clients together made buffers grow too large, and this one holds most. */
    public void buffersTooLarge(String client) {
        shared.counters.bufferTotalDisconnects.increment();
        log("client " + client + " closed: the buffers of all clients are over their limit, and its own are the"
                + " largest");
    }

    /** A certificate or key that has changed and cannot be used. */
    public void certificateUnusable(String why) {
        shared.log("the old certificate stays in force: " + why, null);
    }

    /** A new certificate is in force. */
    public void certificateReloaded() {
        shared.log("the TLS certificate was reloaded", null);
    }

    /** What has changed in the configuration file is in force. */
    public void configReloaded() {
        shared.counters.configReloads.increment();
    }

    /** The configuration file has changed, and cannot be used. */
    public void configUnusable() {
        shared.counters.configReloadErrors.increment();
    }

    /** An event loop's regular work has failed; it is done again. */
    public void tickFailed(RuntimeException problem) {
        shared.log("regular work failed: " + problem, problem);
    }

    /** There was no memory for a client's requests or replies, or it holds most of what there is. */
    public void outOfMemory(String client) {
        shared.counters.outOfMemory.increment();
        log("client " + client + " closed: there is no memory left for network buffers");
    }

    /** A client broke the protocol. */
    public void protocolBroken(Session session, String client, String how) {
        shared.counters.protocolErrors.increment();
        log("client " + client + " (id " + session.id() + ") closed: protocol error: " + how);
    }

    /** Something went wrong on a connection that is no client's fault. */
    public void connectionFailed(String client, Throwable cause) {
        shared.log("connection of " + client + " failed: " + cause, cause);
    }

    public void acceptFailed() {
        shared.counters.acceptFailures.increment();
        log("no more file descriptors: new connections have to wait");
    }

    /** A TLS handshake came to nothing. */
    public void handshakeFailed(String client, String why) {
        shared.counters.handshakeFailures.increment();
        log("TLS handshake with " + client + " failed: " + why);
    }

    private void log(String message) {
        limit.log(message);
    }
}
