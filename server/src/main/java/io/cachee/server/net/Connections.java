package io.cachee.server.net;

import io.cachee.server.config.OutputLimit;
import io.cachee.server.engine.ClientMemory;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.Transport;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * All connections of the server. Decides which new ones are admitted, and closes those that break a limit: idle ones,
 * those that do not authenticate in time, and those that hold too much memory.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connections {
    /** Places beyond {@code maxclients} for clients of this machine, so that an operator can still look. */
    private static final int RESERVED = 1;

    private static final Set<String> THIS_HOST = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1");

    private final SharedState shared;
    private final String socketPath;
    private final boolean isProtected;
    private final NetworkLimits limits;
    private final Set<SocketConnection> all = ConcurrentHashMap.newKeySet();
    /** Channels that were admitted and are not closed, including those whose TLS handshake is under way. */
    private final AtomicInteger places = new AtomicInteger();

    private final BufferTotal inputs;
    private final BufferTotal outputs;
    private volatile boolean closing;

    Connections(SharedState shared, String socketPath, boolean isProtected, NetworkLimits limits) {
        this.shared = shared;
        this.socketPath = socketPath;
        this.isProtected = isProtected;
        this.limits = limits;
        BufferLimits memory = limits.memory();
        this.inputs =
                new BufferTotal(memory.requestBytes(), memory.mostRequestBytes(), all, SocketConnection::inputBytes);
        this.outputs = new BufferTotal(
                memory.replyBytes(),
                Long.MAX_VALUE,
                all,
                connection -> connection.outbox().outputBytes());
    }

    // ---------------------------------------------------------------- admission

    /** Admits a new channel, and returns null; or returns the error that it is refused with. */
    @Nullable
    String refusal(Channel channel, Transport transport) {
        if (closing) {
            return "ERR the cache is shutting down";
        }
        boolean isLocal = transport == Transport.UNIX || isOfThisHost(channel);
        if (isProtected && !isLocal && !shared.users.needsLogin()) {
            shared.events().connectionDenied();
            return "DENIED Cachee is running in protected mode because no password is set for the default user, and"
                    + " only clients at 127.0.0.1, ::1 and the Unix socket are accepted then. Set a password with"
                    + " --requirepass-file or --users-file, or turn protected mode off with --protected-mode=no where"
                    + " nobody else can reach this port.";
        }
        if (places.incrementAndGet() > shared.tunables.maxClients() + (isLocal ? RESERVED : 0)) {
            places.decrementAndGet();
            shared.events().connectionRejected();
            return "ERR max number of clients reached";
        }
        channel.closeFuture().addListener(_ -> places.decrementAndGet());
        return null;
    }

    /** Not all of 127.0.0.0/8: a service mesh uses 127.0.0.6 for clients of other machines. */
    private static boolean isOfThisHost(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && THIS_HOST.contains(inet.getAddress().getHostAddress());
    }

    void add(SocketConnection connection) {
        all.add(connection);
        if (closing) {
            connection.closeWhenIdle();
        }
    }

    void remove(SocketConnection connection) {
        all.remove(connection);
    }

    Set<SocketConnection> all() {
        return all;
    }

    int count() {
        return all.size();
    }

    /** Closes connections that were silent, or left replies unread, for too long. Call about every second. */
    void tick() {
        long now = System.nanoTime();
        long idle = TimeUnit.SECONDS.toNanos(shared.tunables.timeoutSeconds());
        long late = TimeUnit.MILLISECONDS.toNanos(limits.strangerMillis());
        OutputLimit limit = shared.tunables.normalOutput();
        for (SocketConnection connection : all) {
            if (connection.isKilled()) {
                continue;
            }
            connection.outbox().revise();
            if (idle > 0 && connection.isIdle(now, idle) || connection.isLateStranger(now, late)) {
                shared.events().idleDisconnected();
                connection.kill();
            } else if (connection.outbox().isOverSoftLimit(now, limit)) {
                outputTooLarge(connection.remoteAddress());
                connection.kill();
            }
        }
    }

    /** Admits nobody any more, and closes each connection as soon as it is idle. */
    void close() {
        closing = true;
        for (SocketConnection connection : all) {
            connection.execute(connection::closeWhenIdle);
        }
    }

    void killAll() {
        all.forEach(SocketConnection::kill);
    }

    // ---------------------------------------------------------------- memory of all connections together

    /** Reserves memory for a request; false when all requests together would take too much. */
    boolean reserveInput(long bytes) {
        return inputs.reserve(bytes);
    }

    /**
     * A connection's requests take more memory than before, or less.
     *
     * @param reserved how much the connection had reserved, which it gives back now
     */
    void inputGrew(long difference, long reserved) {
        if (inputs.add(difference, reserved)) {
            relieve(inputs);
        }
    }

    /** A connection holds more output than before, or less. */
    void outputGrew(long difference) {
        if (outputs.add(difference, 0)) {
            relieve(outputs);
        }
    }

    private void relieve(BufferTotal total) {
        SocketConnection greediest = total.greediest();
        while (greediest != null) {
            shared.events().buffersTooLarge(greediest.remoteAddress());
            greediest.kill();
            greediest = total.greediest();
        }
    }

    // ---------------------------------------------------------------- limits and mishaps of one connection

    ClientMemory clientMemory() {
        BufferLimits memory = limits.memory();
        return new ClientMemory(inputs::bytes, memory.requestBytes(), outputs::bytes, memory.replyBytes());
    }

    BufferLimits memory() {
        return limits.memory();
    }

    String socketPath() {
        return socketPath;
    }

    long lingerMillis() {
        return limits.lingerMillis();
    }

    OutputLimit outputLimit() {
        return shared.tunables.normalOutput();
    }

    /** A request of this size is too large for its connection, or for all together. */
    void inputRefused(String client, long bytes) {
        if (bytes > shared.tunables.queryBufferBytes()) {
            shared.events().queryTooLarge(client);
        } else {
            shared.events().buffersTooLarge(client);
        }
    }

    void outputTooLarge(String client) {
        shared.events().outputTooLarge(client);
    }

    /**
     * There was no memory for what this connection had to read or write. It may just have come at the wrong moment, so
     * the connection that holds most output is closed too: otherwise the next one would suffer in the same way.
     */
    void ranOutOfMemory(SocketConnection unlucky) {
        SocketConnection cause = outputs.largest();
        shared.events().outOfMemory(unlucky.remoteAddress());
        if (cause != null && !cause.equals(unlucky)) {
            shared.events().outOfMemory(cause.remoteAddress());
            cause.kill();
        }
    }

    void failed(String client, Throwable cause) {
        shared.events().connectionFailed(client, cause);
    }
}
