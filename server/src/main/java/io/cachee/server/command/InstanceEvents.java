package io.cachee.server.command;

/** What connections report: each is counted, and what an operator should know is logged, but not too often. */
public final class InstanceEvents {
    private final Instance instance;
    private final LogLimit limit;

    InstanceEvents(Instance instance) {
        this.instance = instance;
        this.limit = new LogLimit(System::nanoTime, message -> instance.log(message, null));
    }

    public void connectionRejected() {
        instance.counters.rejectedConnections.increment();
        log("max number of clients reached; a connection was refused");
    }

    public void connectionDenied() {
        instance.counters.deniedConnections.increment();
        log("a connection from another machine was denied: no password is set");
    }

    public void idleDisconnected() {
        instance.counters.idleDisconnects.increment();
    }

    /** A client sent more than it may before its request was complete. */
    public void queryTooLarge(String client) {
        instance.counters.queryLimitDisconnects.increment();
        log("client " + client + " closed: its request is larger than the query buffer limit of "
                + instance.tunables.queryBufferBytes() + " bytes");
    }

    /** A client left more unread than it may. */
    public void outputTooLarge(String client) {
        instance.counters.outputLimitDisconnects.increment();
        log("client " + client + " closed: it left more replies unread than its output buffer limit");
    }

    /** All clients together made buffers grow too large, and this one holds most. */
    public void buffersTooLarge(String client) {
        instance.counters.bufferTotalDisconnects.increment();
        log("client " + client + " closed: the buffers of all clients are over their limit, and its own are the"
                + " largest");
    }

    /** A certificate or key that has changed and cannot be used. */
    public void certificateUnusable(String why) {
        instance.log("the old certificate stays in force: " + why, null);
    }

    /** A new certificate is in force. */
    public void certificateReloaded() {
        instance.log("the TLS certificate was reloaded", null);
    }

    /** What has changed in the configuration file is in force. */
    public void configReloaded() {
        instance.counters.configReloads.increment();
    }

    /** The configuration file has changed, and cannot be used. */
    public void configUnusable() {
        instance.counters.configReloadErrors.increment();
    }

    /** An event loop's regular work has failed; it is done again. */
    public void tickFailed(RuntimeException problem) {
        instance.log("regular work failed: " + problem, problem);
    }

    /** There was no memory for a client's requests or replies, or it holds most of what there is. */
    public void outOfMemory(String client) {
        instance.counters.outOfMemory.increment();
        log("client " + client + " closed: there is no memory left for network buffers");
    }

    /** A client broke the protocol. */
    public void protocolBroken(Session session, String client, String how) {
        instance.counters.protocolErrors.increment();
        log("client " + client + " (id " + session.id() + ") closed: protocol error: " + how);
    }

    /** Something went wrong on a connection that is no client's fault. */
    public void connectionFailed(String client, Throwable cause) {
        instance.log("connection of " + client + " failed: " + cause, cause);
    }

    public void acceptFailed() {
        instance.counters.acceptFailures.increment();
        log("no more file descriptors: new connections have to wait");
    }

    /** A TLS handshake came to nothing. */
    public void handshakeFailed(String client, String why) {
        instance.counters.handshakeFailures.increment();
        log("TLS handshake with " + client + " failed: " + why);
    }

    private void log(String message) {
        limit.log(message);
    }
}
