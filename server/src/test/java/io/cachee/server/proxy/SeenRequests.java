package io.cachee.server.proxy;

import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;

/**
 * Counts requests that L2 receives, from its MONITOR. Unlike the server's own statistics, this tells requests for the
 * clients' keys from those of the link's probe, which reads a key of its own half a second after the link is opened.
 */
final class SeenRequests implements AutoCloseable {
    private static final String END = "counted up to here";

    private final RespClient monitor;
    private final RespClient marker;
    private long gets;

    SeenRequests(RedisServerProcess redis) throws IOException {
        marker = redis.connect();
        monitor = redis.connect();
        monitor.call("MONITOR");
    }

    /** The number of GETs for keys of clients since this was opened. */
    long gets() throws IOException {
        marker.call("ECHO", END);
        String line = monitor.reply().string();
        while (!line.contains(END)) {
            gets += line.contains("] \"GET\" ") && !line.contains("\"cachee:probe:") ? 1 : 0;
            line = monitor.reply().string();
        }
        return gets;
    }

    @Override
    public void close() throws IOException {
        monitor.close();
        marker.close();
    }
}
