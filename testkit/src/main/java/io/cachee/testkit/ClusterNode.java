package io.cachee.testkit;

import java.io.IOException;

/**
 * A node of a {@link RedisCluster}.
 *
 * @param id its name among the nodes, which it keeps for life
 * @param server the process
 */
public record ClusterNode(String id, RedisServerProcess server) {
    public int port() {
        return server.port();
    }

    public boolean isRunning() {
        return server.isRunning();
    }

    public RespClient connect() throws IOException {
        return server.connect();
    }

    /** The reply to one command; an error is an exception. */
    RespValue ask(Object... arguments) throws IOException {
        RespValue reply = server.call(arguments);
        if (reply.isError()) {
            throw new IOException(server + ": " + arguments[0] + ": " + reply);
        }
        return reply;
    }

    @Override
    public String toString() {
        return id.substring(0, 8) + " at " + server.port();
    }
}
