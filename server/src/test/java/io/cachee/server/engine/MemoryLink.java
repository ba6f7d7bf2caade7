package io.cachee.server.engine;

import io.netty.buffer.ByteBuf;

/** A connection within the test: it counts the bytes of replies, and drops them. */
class MemoryLink implements Link {
    private long bytes;
    private int timesWoken;

    long bytes() {
        return bytes;
    }

    int timesWoken() {
        return timesWoken;
    }

    @Override
    public void send(ByteBuf full) {
        bytes += full.readableBytes();
        full.release();
    }

    @Override
    public void flush() {
        // Nothing is kept.
    }

    @Override
    public void finish() {
        // There is nothing to close.
    }

    @Override
    public void hold(long millis) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public void pauseStopped() {
        timesWoken++;
    }

    @Override
    public void kill() {
        // There is nothing to close.
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
        // Nothing is counted.
    }

    @Override
    public String remoteAddress() {
        return "127.0.0.1:1";
    }

    @Override
    public String localAddress() {
        return "127.0.0.1:2";
    }

    @Override
    public Transport transport() {
        return Transport.TCP;
    }

    @Override
    public boolean isOnLoop() {
        return true;
    }

    @Override
    public PendingReply pendingReply() {
        throw new AssertionError("nothing is behind this store");
    }

    @Override
    public boolean hasPendingReplies() {
        return false;
    }
}
