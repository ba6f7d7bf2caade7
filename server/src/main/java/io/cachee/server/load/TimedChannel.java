package io.cachee.server.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A connection, over TCP or to a Unix socket, that waits for nothing longer than it is told: so long for the
 * connection, and so long for all that follows, however slowly it trickles in.
 */
final class TimedChannel implements AutoCloseable {
    private final Target target;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private long deadlineNanos;

    TimedChannel(Target target) throws IOException {
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

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                ByteBuffer room = ByteBuffer.wrap(into, offset, length);
                int count = channel.read(room);
                while (count == 0) {
                    await(SelectionKey.OP_READ, "no answer");
                    count = channel.read(room);
                }
                return count;
            }
        };
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }
}
