package io.cachee.server.engine;

import io.cachee.store.Eviction;

/**
 * What an instance is told when it starts and keeps to.
 *
 * @param databases how many databases clients may select
 * @param bind the addresses it listens at
 * @param port where it listens over TCP, 0 for nowhere
 * @param socket the path of the Unix socket, or empty
 * @param maxMemory the size of the store as configured
 * @param eviction the store's eviction policy
 * @param allowFlush whether FLUSHALL and FLUSHDB are allowed to everyone
 * @param version of the sidecar
 */
public record SidecarOptions(
        int databases,
        String bind,
        int port,
        String socket,
        long maxMemory,
        Eviction eviction,
        boolean allowFlush,
        String version) {
    /** The version of Redis whose replies are given. */
    public static final String REDIS_VERSION = "7.0.15";
}
