package io.cachee.server.engine;

import io.netty.buffer.ByteBuf;

/** A link without a client: it drops what is sent. */
final class NullLink implements Link {
    static final Link LINK = new NullLink();

    private NullLink() {}

    @Override
    public void send(ByteBuf full) {
        full.release();
    }

    @Override
    public void flush() {
        // Nothing is kept.
    }

    @Override
    public void finish() {
        // Nothing is kept.
    }

    @Override
    public void hold(long millis) {
        // There is no client that waits.
    }

    @Override
    public PendingReply pendingReply() {
        return ByteBuf::release;
    }

    @Override
    public boolean hasPendingReplies() {
        return false;
    }

    @Override
    public boolean isOnLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        // There is no event loop.
    }

    @Override
    public void pauseStopped() {
        // There is no client that waits.
    }

    @Override
    public void kill() {
        // Nothing is open.
    }

    @Override
    public long unsentBytes() {
        return 0;
    }

    @Override
    public long unreadBytes() {
        return 0;
    }

    @Override
    public void messagesGrew(long difference) {
        // There is no client that waits.
    }

    @Override
    public String remoteAddress() {
        return "";
    }

    @Override
    public String localAddress() {
        return "";
    }

    @Override
    public Transport transport() {
        return Transport.TCP;
    }
}
