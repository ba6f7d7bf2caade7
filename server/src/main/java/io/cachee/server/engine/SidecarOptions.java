package io.cachee.server.engine;

/**
 * What is set at the start of the sidecar and does not change.
 *
 * @param databases how many databases clients may select
 * @param bind the addresses it listens at
 * @param port the TCP port it listens at; 0 for none
 * @param socket the path of the Unix socket; empty for none
 * @param maxMemory the size of the store as configured
 * @param allowFlush whether every client may run FLUSHALL and FLUSHDB
 * @param version the sidecar's version
 */
public record SidecarOptions(
        int databases, String bind, int port, String socket, long maxMemory, boolean allowFlush, String version) {
    /** The version of Redis that the sidecar behaves like. */
    public static final String REDIS_VERSION = "7.0.15";
}
