package io.cachee.server.engine;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * What the network reports about its event loops.
 *
 * @param multiplexing how they wait for clients, such as {@code epoll}
 * @param used how many are in use
 * @param busyPollNanos how long they have polled for requests instead of sleeping, all in all
 */
public record LoopFigures(String multiplexing, IntSupplier used, LongSupplier busyPollNanos) {
    static final LoopFigures NONE = new LoopFigures("none", () -> 0, () -> 0);
}
