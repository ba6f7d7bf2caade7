package io.cachee.server.net;

import io.cachee.resp.ProtocolException;
import io.cachee.resp.ReplyEncoder;
import io.cachee.server.config.OutputLimit;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Decides who may come in, and who has to go: too many clients, strangers from afar, the idle and the greedy. */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class Doorkeeper {
    /** Places beyond {@code maxclients} for those who come through the Unix socket or from this machine to look. */
    private static final int RESERVED = 1;

    private final SharedState shared;
    private final String socketPath;
    private final boolean isProtected;
    private final NetworkLimits limits;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    /** Clients that were let in and have not left, those still greeting each other in TLS among them. */
    private final AtomicInteger places = new AtomicInteger();

    private final BufferTotal queries;
    private final BufferTotal outputs;
    private volatile boolean closing;

    Doorkeeper(SharedState shared, String socketPath, boolean isProtected, NetworkLimits limits) {
        this.shared = shared;
        this.socketPath = socketPath;
        this.isProtected = isProtected;
        this.limits = limits;
        // Requests are on the heap, whose end would be that of the process: what commands hold is the other half.
        long most = Runtime.getRuntime().maxMemory() / 2;
        long allowed = Math.min(limits.queryTotalBytes(), most / 4 * 3);
        this.queries = new BufferTotal(allowed, most, connections, Connection::queryShare);
        this.outputs = new BufferTotal(limits.outputTotalBytes(), Long.MAX_VALUE, connections, Connection::unsentBytes);
    }

    /** Gives a new connection its place; or null, or else why it is refused, as the error it gets. */
    @Nullable
    String refusal(Channel channel, Transport transport) {
        if (closing) {
            return "ERR the cache is shutting down";
        }
        boolean isLocal = transport == Transport.UNIX || isLoopback(channel);
        if (isProtected && !isLocal && !shared.users.needsLogin()) {
            shared.events().connectionDenied();
            return "DENIED Cachee is running in protected mode because no password is set for the default user, and"
                    + " clients from other machines are not accepted then. Set one with --requirepass-file, or turn"
                    + " protected mode off with --protected-mode=no where nobody else can reach this port.";
        }
        if (places.incrementAndGet() > shared.tunables.maxClients() + (isLocal ? RESERVED : 0)) {
            places.decrementAndGet();
            shared.events().connectionRejected();
            return "ERR max number of clients reached";
        }
        channel.closeFuture().addListener(_ -> places.decrementAndGet());
        return null;
    }

    private static boolean isLoopback(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && inet.getAddress().isLoopbackAddress();
    }

    static void refuse(Channel channel, String why) {
        channel.writeAndFlush(ReplyEncoder.error(why)).addListener(ChannelFutureListener.CLOSE);
    }

    void entered(Connection connection) {
        connections.add(connection);
        if (closing) {
            connection.finishWhenIdle();
        }
    }

    void left(Connection connection) {
        connections.remove(connection);
    }

    Set<Connection> connections() {
        return connections;
    }

    int count() {
        return connections.size();
    }

    /** Disconnects those who have been silent, or have not read, for too long. To be called every second or so. */
    void tick() {
        long now = System.nanoTime();
        long idle = TimeUnit.SECONDS.toNanos(shared.tunables.timeoutSeconds());
        long late = TimeUnit.MILLISECONDS.toNanos(limits.strangerMillis());
        OutputLimit limit = shared.tunables.normalOutput();
        for (Connection connection : connections) {
            if (connection.isKilled()) {
                continue;
            }
            connection.outbox().revise();
            if (idle > 0 && connection.isIdle(now, idle) || connection.isLateStranger(now, late)) {
                shared.events().idleDisconnected();
                connection.kill();
            } else if (connection.outbox().isLeftUnread(now, limit)) {
                outputTooLarge(connection.remoteAddress());
                connection.kill();
            }
        }
    }

    /** Lets nobody in any more, and ends each connection when it has nothing under way. */
    void close() {
        closing = true;
        for (Connection connection : connections) {
            connection.execute(connection::finishWhenIdle);
        }
    }

    void killAll() {
        connections.forEach(Connection::kill);
    }

    // ---------------------------------------------------------------- what all hold together

    void queriesGrew(long difference, long reserved) {
        if (queries.add(difference, reserved)) {
            relieve(queries);
        }
    }

    /** Whether a request may take so much more memory; it is reserved then. */
    boolean reserveForQuery(long bytes) {
        return queries.reserve(bytes);
    }

    void noRoomForQuery(String client) {
        shared.events().buffersTooLarge(client);
    }

    void outputsGrew(long difference) {
        if (outputs.add(difference, 0)) {
            relieve(outputs);
        }
    }

    private void relieve(BufferTotal total) {
        Connection greediest = total.greediest();
        while (greediest != null) {
            shared.events().buffersTooLarge(greediest.remoteAddress());
            greediest.kill();
            greediest = total.greediest();
        }
    }

    // ---------------------------------------------------------------- limits and mishaps of connections

    String socketPath() {
        return socketPath;
    }

    int maxBulkBytes() {
        return shared.maxBulkBytes();
    }

    int queryBufferBytes() {
        return shared.tunables.queryBufferBytes();
    }

    long lingerMillis() {
        return limits.lingerMillis();
    }

    OutputLimit outputLimit() {
        return shared.tunables.normalOutput();
    }

    void queryTooLarge(String client) {
        shared.events().queryTooLarge(client);
    }

    void outputTooLarge(String client) {
        shared.events().outputTooLarge(client);
    }

    /**
     * There was no memory for what a connection had to read or write, so it goes. It may only have come at the wrong
     * moment: whoever holds most goes as well, lest the next one that comes suffers for it.
     */
    void ranOutOfMemory(Connection unlucky) {
        Connection cause = outputs.largest();
        shared.events().outOfMemory(unlucky.remoteAddress());
        if (cause != null && !cause.equals(unlucky)) {
            shared.events().outOfMemory(cause.remoteAddress());
            cause.kill();
        }
    }

    void brokeProtocol(Session session, String client, ProtocolException how) {
        shared.events().protocolBroken(session, client, String.valueOf(how.getMessage()));
    }

    void failed(String client, Throwable cause) {
        shared.events().connectionFailed(client, cause);
    }
}
