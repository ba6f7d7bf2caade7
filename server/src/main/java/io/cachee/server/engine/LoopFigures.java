package io.cachee.server.engine;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * What the network tells of its event loops.
 *
 * @param multiplexing how they wait for clients, such as {@code epoll}
 * @param used how many are in use
 * @param busyPollNanos for how long, in all, they have looked for requests instead of sleeping
 */
public record LoopFigures(String multiplexing, IntSupplier used, LongSupplier busyPollNanos) {
    static final LoopFigures NONE = new LoopFigures("none", () -> 0, () -> 0);
}
