package io.cachee.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients that make a sidecar need memory, each in its own way, for a while. A client that is disconnected or refused
 * comes back: that is what a full budget looks like.
 */
final class MemoryLoad {
    /** What one client does on one connection. It ends when it is interrupted by an exception or returns. */
    interface Client {
        void run(Connection connection, int number) throws IOException;
    }

    private static final int PAUSE_MILLIS = 20;

    private final int port;
    private final LongAdder replies = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private volatile boolean stopping;

    MemoryLoad(int port) {
        this.port = port;
    }

    /** Runs so many clients for so long. */
    void run(int clients, int seconds, Client client) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> repeat(client, number)));
        }
        Thread.sleep(seconds * 1_000L);
        stopping = true;
        for (Thread thread : threads) {
            thread.interrupt();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void repeat(Client client, int number) {
        while (!stopping) {
            try (Connection connection = new Connection(port)) {
                client.run(connection, number);
            } catch (IOException gone) {
                ended.increment();
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    long replies() {
        return replies.sum();
    }

    long ended() {
        return ended.sum();
    }

    /** A connection to the sidecar that writes requests and looks at nothing but the number of bytes that come back. */
    final class Connection implements AutoCloseable {
        private final Socket socket = new Socket();
        private final OutputStream out;
        private final InputStream in;
        private byte[] received = {};

        Connection(int port) throws IOException {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            socket.setSoTimeout(5_000);
            out = new BufferedOutputStream(socket.getOutputStream(), 4 << 10);
            in = socket.getInputStream();
        }

        boolean goesOn() {
            return !stopping;
        }

        /** Adds a request. */
        void add(Object... arguments) throws IOException {
            out.write(("*" + arguments.length + "\r\n").getBytes(US_ASCII));
            for (Object argument : arguments) {
                byte[] bytes = argument instanceof byte[] raw
                        ? raw
                        : argument.toString().getBytes(US_ASCII);
                out.write(("$" + bytes.length + "\r\n").getBytes(US_ASCII));
                out.write(bytes);
                out.write('\r');
                out.write('\n');
            }
        }

        void raw(byte[] bytes) throws IOException {
            out.write(bytes);
        }

        void flush() throws IOException {
            out.flush();
        }

        /** Sends what was added, and reads until a marker has come back that was sent behind it. */
        void exchange() throws IOException {
            add("ECHO", "~~end~~");
            flush();
            received = received.length == 0 ? new byte[64 << 10] : received;
            int seen = 0;
            byte[] marker = "~~end~~\r\n".getBytes(US_ASCII);
            while (seen < marker.length) {
                int count = in.read(received);
                if (count < 0) {
                    throw new IOException("closed");
                }
                for (int i = 0; i < count && seen < marker.length; i++) {
                    seen = received[i] == marker[seen] ? seen + 1 : received[i] == marker[0] ? 1 : 0;
                }
            }
            replies.increment();
        }

        /** Reads nothing and sends nothing until the end. */
        void sleep() throws IOException {
            while (!stopping) {
                try {
                    Thread.sleep(200);
                } catch (InterruptedException end) {
                    return;
                }
                if (in.available() < 0) {
                    return;
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
