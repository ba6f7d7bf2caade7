package io.cachee.server.load;

import io.cachee.resp.ProtocolException;
import io.cachee.resp.Reply;
import io.cachee.resp.ReplyFrames;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A connection over TCP or to a Unix socket with a time limit: one for connecting, and one for everything that follows,
 * even if a reply arrives byte by byte.
 */
final class TimedChannel implements AutoCloseable {
    private static final int MOST_REPLY_BYTES = 16 << 20;
    private static final int READ_BYTES = 64 << 10;

    private final TargetServer target;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ReplyFrames replies = new ReplyFrames(MOST_REPLY_BYTES);
    private long deadlineNanos;

    TimedChannel(TargetServer target) throws IOException {
        this.target = target;
        this.channel = target.isUnix() ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        this.selector = Selector.open();
        try {
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_CONNECT);
            start();
            if (!channel.connect(target.address())) {
                await(SelectionKey.OP_CONNECT, "no connection");
                channel.finishConnect();
            }
            start();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void start() {
        deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(target.timeoutMillis());
    }

    private void await(int operation, String otherwise) throws IOException {
        key.interestOps(operation);
        while (true) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException(String.format(
                        Locale.ROOT, "%s: %s within %.1f s", target.name(), otherwise, target.timeoutMillis() / 1e3));
            }
            selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            if (!selector.selectedKeys().isEmpty()) {
                selector.selectedKeys().clear();
                return;
            }
        }
    }

    void write(byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (channel.write(left) >= 0 && left.hasRemaining()) {
            await(SelectionKey.OP_WRITE, "nothing more taken");
        }
    }

    /** Reads the next reply; an error is an exception. */
    Reply read() throws IOException {
        try {
            while (!replies.next()) {
                if (replies.isDropping()) {
                    throw tooLarge();
                }
                replies.releaseIfEmpty();
                receive();
            }
        } catch (ProtocolException broken) {
            throw new IOException(target.name() + " does not speak RESP", broken);
        }
        if (replies.isTooLarge()) {
            throw tooLarge();
        }
        Reply reply = Reply.of(replies.frame());
        if (reply.isError()) {
            throw new IOException(target.name() + ": " + reply.text());
        }
        return reply;
    }

    private IOException tooLarge() {
        return new IOException(target.name() + ": a reply of more than " + MOST_REPLY_BYTES + " bytes");
    }

    private void receive() throws IOException {
        ByteBuffer room = ByteBuffer.allocate(READ_BYTES);
        int count = channel.read(room);
        while (count == 0) {
            await(SelectionKey.OP_READ, "no answer");
            count = channel.read(room);
        }
        if (count < 0) {
            throw new IOException(target.name() + ": the connection was closed");
        }
        replies.add(Unpooled.wrappedBuffer(room.flip()), UnpooledByteBufAllocator.DEFAULT);
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            replies.close();
            channel.close();
        }
    }
}
