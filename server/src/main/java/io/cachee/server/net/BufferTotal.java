package io.cachee.server.net;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all connections together hold in one kind of buffer. The limits of the single connections add up to
 * more than there is. So when the sum exceeds a limit, the connections that hold most are closed until it does not.
 */
final class BufferTotal {
    private final long limit;
    private final long most;
    private final Collection<SocketConnection> connections;
    private final ToLongFunction<SocketConnection> held;
    private final AtomicLong sum = new AtomicLong();

    /**
     * @param limit the sum beyond which connections are closed
     * @param most the sum that is never exceeded, including what connections hold that are closing
     * @param held how much a connection holds
     */
    BufferTotal(
            long limit, long most, Collection<SocketConnection> connections, ToLongFunction<SocketConnection> held) {
        this.limit = limit;
        this.most = most;
        this.connections = connections;
        this.held = held;
    }

    long bytes() {
        return sum.get();
    }

    /** Reserves this much, if it is there. */
    boolean reserve(long bytes) {
        if (sum.addAndGet(bytes) <= most) {
            return true;
        }
        sum.addAndGet(-bytes);
        return false;
    }

    /**
     * A connection holds more than before, or less.
     *
     * @param reserved what it had reserved for that
     * @return whether the sum has grown beyond the limit
     */
    boolean add(long difference, long reserved) {
        return sum.addAndGet(difference - reserved) > limit && difference > 0;
    }

    /** The connection that holds most, if the sum exceeds the limit; otherwise null. Ignores those that are closing. */
    @Nullable
    SocketConnection greediest() {
        return greediest(limit);
    }

    /** The connection that holds most; null when none holds anything. */
    @Nullable
    SocketConnection largest() {
        return greediest(0);
    }

    private @Nullable SocketConnection greediest(long allowed) {
        long all = 0;
        long most = 0;
        SocketConnection greediest = null;
        for (SocketConnection connection : connections) {
            long bytes = connection.isKilled() ? 0 : held.applyAsLong(connection);
            all += bytes;
            if (bytes > most) {
                most = bytes;
                greediest = connection;
            }
        }
        return all > allowed ? greediest : null;
    }
}
