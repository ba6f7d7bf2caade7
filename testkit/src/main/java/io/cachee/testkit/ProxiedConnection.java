package io.cachee.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** A client's socket and the server's socket for it; two threads forward the bytes, one for each direction. */
final class ProxiedConnection {
    private static final int CHUNK_BYTES = 16 << 10;
    private static final int CONNECT_MILLIS = 5_000;

    private final FaultProxy proxy;
    private final FaultState faults;
    private final Socket client;
    private final Socket server = new Socket();
    private volatile boolean closed;
    private volatile boolean lost;
    private int directionsEnded;

    ProxiedConnection(FaultProxy proxy, FaultState faults, Socket client) {
        this.proxy = proxy;
        this.faults = faults;
        this.client = client;
    }

    /** Serves the client until both sides have ended. */
    void run(int upstreamPort, Executor threads) {
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            if (faults.loses(this)) {
                swallowAll();
                return;
            }
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), upstreamPort), CONNECT_MILLIS);
            threads.execute(() -> carry(Direction.TO_CLIENT, server, client));
            carry(Direction.TO_SERVER, client, server);
        } catch (IOException | RejectedExecutionException unreachable) {
            // The client sees what it would see if the server or the network were gone.
            end(true);
        }
    }

    private void swallowAll() throws IOException {
        InputStream in = client.getInputStream();
        byte[] chunk = new byte[CHUNK_BYTES];
        while (in.read(chunk) >= 0) {
            // The sender is not told.
        }
        end(false);
    }

    private void carry(Direction direction, Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] chunk = new byte[CHUNK_BYTES];
            while (faults.awaitPassage(direction, this)) {
                int length = in.read(chunk);
                if (length < 0) {
                    endOf(direction, to);
                    return;
                }
                faults.awaitDelay(this);
                if (!faults.awaitPassage(direction, this) || !pass(direction, chunk, length, out)) {
                    return;
                }
            }
        } catch (IOException broken) {
            end(true);
        } catch (InterruptedException ending) {
            end(true);
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the connection goes on. */
    private boolean pass(Direction direction, byte[] chunk, int length, OutputStream out) throws IOException {
        FaultState.Verdict verdict = faults.judge(direction, length, this);
        out.write(chunk, 0, verdict.bytes());
        proxy.passed(direction, verdict.bytes());
        if (verdict.then() != FaultState.Then.GO_ON) {
            end(verdict.then() == FaultState.Then.RESET);
        }
        return verdict.then() == FaultState.Then.GO_ON;
    }

    private void endOf(Direction direction, Socket to) throws IOException, InterruptedException {
        if (!faults.awaitPassage(direction, this)) {
            return;
        }
        if (faults.loses(this) || lost) {
            // The other side is not told of the end either.
            return;
        }
        to.shutdownOutput();
        boolean both;
        synchronized (this) {
            directionsEnded++;
            both = directionsEnded == Direction.values().length;
        }
        if (both) {
            end(false);
        }
    }

    void markLost() {
        lost = true;
    }

    /** Whether bytes of this connection were dropped, so that nothing useful can follow. */
    boolean isLost() {
        return lost;
    }

    boolean isClosed() {
        return closed;
    }

    /** Closes both sockets; with a reset, bytes under way are dropped and the peers see an error. */
    void end(boolean withReset) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        close(client, withReset);
        close(server, withReset);
        faults.wake();
        proxy.ended(this);
    }

    private static void close(Socket socket, boolean withReset) {
        try (socket) {
            if (withReset) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException alreadyGone) {
            // Nobody is left to tell.
        }
    }
}
