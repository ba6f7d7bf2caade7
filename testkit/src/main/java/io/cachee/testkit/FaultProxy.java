package io.cachee.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A network between a client and a server on this machine that fails on demand. Faults add up until {@link #resume}
 * removes them all. This class is thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 10_000;
    private static final int BACKLOG = 512;
    private static final int LISTEN_TRIES = 100;
    private static final int LISTEN_REST_MILLIS = 20;

    private final int port;
    private final FaultState faults = new FaultState();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong bytesToServer = new AtomicLong();
    private final AtomicLong bytesToClient = new AtomicLong();
    private volatile int upstreamPort;
    /** Null while the proxy refuses connections. */
    private volatile @Nullable ServerSocket door;

    /** The thread that accepts connections; it ends when the listening socket is closed. */
    private CompletableFuture<?> accepting = CompletableFuture.completedFuture(null);

    private boolean closed;

    private FaultProxy(int port, int upstreamPort) {
        this.port = port;
        this.upstreamPort = upstreamPort;
    }

    /** Forwards connections from a port of its own, which {@link #port} returns. */
    public static FaultProxy start(int upstreamPort) throws IOException {
        FaultProxy proxy = new FaultProxy(FreePorts.next(), upstreamPort);
        proxy.open();
        return proxy;
    }

    private synchronized void open() throws IOException {
        if (door != null || closed) {
            return;
        }
        ServerSocket opened = listen();
        door = opened;
        accepting = CompletableFuture.runAsync(() -> acceptAll(opened), threads);
    }

    /** Listens again; the kernel may need a moment to free the port after connections to it were closed. */
    private ServerSocket listen() throws IOException {
        for (int tries = 1; ; tries++) {
            ServerSocket opened = new ServerSocket();
            try {
                opened.setReuseAddress(true);
                opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
                return opened;
            } catch (IOException e) {
                opened.close();
                if (tries == LISTEN_TRIES) {
                    throw new IOException("cannot listen at " + port, e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LISTEN_REST_MILLIS));
            }
        }
    }

    private void acceptAll(ServerSocket opened) {
        while (true) {
            try {
                Socket client = opened.accept();
                ProxiedConnection connection = new ProxiedConnection(this, faults, client);
                accepted.incrementAndGet();
                connections.add(connection);
                if (opened.isClosed() || connections.size() > CONNECTIONS_MAX) {
                    connection.end(true);
                } else {
                    threads.execute(() -> connection.run(upstreamPort, threads));
                }
            } catch (IOException | RejectedExecutionException shut) {
                return;
            }
        }
    }

    // ---------------------------------------------------------------- faults

    /** Closes all connections and refuses new ones, like a server that has been stopped. */
    public void cut() {
        shut();
        endAll(any -> true, false);
    }

    /** Closes the listening socket; the kernel listens on until the accepting thread has left it. */
    private synchronized void shut() {
        ServerSocket opened = door;
        door = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot stop listening at " + port, e);
            }
            accepting.join();
        }
    }

    /** Resets all connections; new ones are accepted. */
    public void reset() {
        endAll(any -> true, true);
    }

    /** Stops the bytes in this direction. They wait, the sender is held back, and nothing is lost. */
    public void stall(Direction direction) {
        faults.stall(direction);
    }

    /**
     * Reads all that comes, and lets it vanish, both ways; new connections are accepted and hear nothing. Those that
     * have lost bytes are reset by {@link #resume}, for what follows would make no sense.
     */
    public void blackhole() {
        faults.swallow();
    }

    /** Delays every piece of data, in both directions. */
    public void delay(long millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("a delay of " + millis + " ms");
        }
        faults.delay(millis);
    }

    /**
     * Resets one connection, once: the one that carries the reply byte of this number, counted over all connections.
     */
    public void resetAfter(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a reset after " + bytes + " bytes");
        }
        faults.resetAfter(bytes);
    }

    /** Forwards half of the next piece of a reply, then closes that connection in order. This happens once. */
    public void truncateReply() {
        faults.truncateNext();
    }

    /** Removes all faults, including those that have not happened yet, and listens again. */
    public void resume() throws IOException {
        faults.clear();
        endAll(ProxiedConnection::isLost, true);
        open();
    }

    /** Sends new connections to this port; existing ones are not moved. */
    public void retarget(int newUpstreamPort) {
        upstreamPort = newUpstreamPort;
    }

    private void endAll(Predicate<ProxiedConnection> which, boolean withReset) {
        List<ProxiedConnection> all = new ArrayList<>(connections);
        all.stream().filter(which).forEach(connection -> connection.end(withReset));
    }

    // ---------------------------------------------------------------- figures

    public int port() {
        return port;
    }

    /** The number of open connections. */
    public int connections() {
        return connections.size();
    }

    /** The number of connections accepted since the start. */
    public long totalConnections() {
        return accepted.get();
    }

    /** The number of bytes forwarded in this direction since the start. */
    public long bytes(Direction direction) {
        return (direction == Direction.TO_SERVER ? bytesToServer : bytesToClient).get();
    }

    void passed(Direction direction, int bytes) {
        (direction == Direction.TO_SERVER ? bytesToServer : bytesToClient).addAndGet(bytes);
    }

    void ended(ProxiedConnection connection) {
        connections.remove(connection);
    }

    /** Closes all connections, and returns when all threads have ended. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        cut();
        threads.shutdownNow();
        threads.close();
        endAll(any -> true, true);
    }
}
