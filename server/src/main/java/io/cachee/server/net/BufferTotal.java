package io.cachee.server.net;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all connections together hold in one kind of buffer. Limits of each alone would add up to more than
 * there is; so when the sum is over its limit, those who hold most have to go, until it is not.
 */
final class BufferTotal {
    private final long limit;
    private final long most;
    private final Collection<Connection> connections;
    private final ToLongFunction<Connection> held;
    private final AtomicLong sum = new AtomicLong();

    /**
     * @param limit beyond which who holds most has to go
     * @param most how much there may be at any moment, with what those hold who are on their way out
     */
    BufferTotal(long limit, long most, Collection<Connection> connections, ToLongFunction<Connection> held) {
        this.limit = limit;
        this.most = most;
        this.connections = connections;
        this.held = held;
    }

    /** Takes room for so much more, if there is; others cannot have the same. */
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
     * @return whether all hold too much
     */
    boolean add(long difference, long reserved) {
        return sum.addAndGet(difference - reserved) > limit && difference > 0;
    }

    /** Who holds most while all hold too much; null when they do not. Those who are on their way out do not count. */
    @Nullable
    Connection greediest() {
        return greediest(limit);
    }

    /** Who holds most; null when nobody holds anything. */
    @Nullable
    Connection largest() {
        return greediest(0);
    }

    private @Nullable Connection greediest(long allowed) {
        long all = 0;
        long most = 0;
        Connection greediest = null;
        for (Connection connection : connections) {
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
