package io.cachee.bench;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** An application's thread that reads a database row through a cache: on a miss, it loads the row and caches it. */
final class StampedeClient implements AutoCloseable {
    private static final int LIVES_MILLIS = 60_000;
    private static final long MOST_WAIT_MILLIS = 20;

    private final RespClient cache;
    private final StampedeDatabase database;
    private final LongAdder fills;

    /** @param fills counts the leases that were filled */
    StampedeClient(RespClient cache, StampedeDatabase database, LongAdder fills) {
        this.cache = cache;
        this.database = database;
        this.fills = fills;
    }

    /** The value in the cache, or else the one in the database, which is then cached. */
    String get(String key, boolean byLease) throws IOException {
        RespValue found = cache.call("GET", key);
        if (!found.isNull()) {
            return text(found);
        }
        return byLease ? lease(key) : load(key);
    }

    /** The value in the cache, if any. */
    String look(String key) throws IOException {
        return cache.call("GET", key).toString();
    }

    private String load(String key) throws IOException {
        String row = database.load();
        text(cache.call("SET", key, row, "PX", LIVES_MILLIS));
        return row;
    }

    private String lease(String key) throws IOException {
        while (true) {
            RespValue lease = cache.call("CACHEE.LEASE", key);
            switch (text(lease.item(0))) {
                case "VALUE" -> {
                    return text(lease.item(1));
                }
                case "LEASE" -> {
                    String row = database.load();
                    fills.add(cache.call("CACHEE.FILL", key, text(lease.item(1)), row, "PX", LIVES_MILLIS)
                            .number());
                    return row;
                }
                default -> {
                    long millis = Math.clamp(lease.item(1).number(), 1, MOST_WAIT_MILLIS);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
                }
            }
        }
    }

    private static String text(RespValue reply) throws IOException {
        if (reply.isError() || reply.isNull()) {
            throw new IOException("the cache says " + reply);
        }
        return reply.string();
    }

    @Override
    public void close() throws IOException {
        cache.close();
    }
}
