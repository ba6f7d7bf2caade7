package io.cachee.server.engine;

/**
 * What the engine may keep in memory beside the store, for all clients together.
 *
 * @param trackedBytes keys that clients track, with the clients that do
 * @param slowLogBytes the slow log
 * @param usersBytes the rules of users
 * @param copiedBytes values that one command copies to the heap
 */
public record MemoryLimits(long trackedBytes, long slowLogBytes, long usersBytes, long copiedBytes) {
    /** Enough for tests and for a sidecar that nothing limits. */
    public static final MemoryLimits DEFAULT = new MemoryLimits(16 << 20, 4 << 20, 4 << 20, 16 << 20);
}
