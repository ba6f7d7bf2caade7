package io.cachee.server.engine;

import io.cachee.resp.Request;
import io.cachee.server.metrics.MetricWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who answers a command: the sidecar itself, or an L2 behind it. The sidecar chooses one implementation at its
 * start. The defaults are those of a sidecar without an L2.
 */
public interface CommandRouting {
    /** Whether there is an L2, so that evicted keys are not lost and rules may name commands that the table lacks. */
    default boolean hasL2() {
        return false;
    }

    /**
     * The row of a request that has none in the table.
     *
     * @param container the command, if only the subcommand is unknown
     * @return null if no one has such a command
     */
    default @Nullable Command unlisted(@Nullable Command container, Request request) {
        return container;
    }

    /** The handler that runs the command for this client now. */
    default Handler handlerOf(Session session, Command command) {
        return command.handler;
    }

    /** Whether a request has to wait until the client has received the replies that are still pending. */
    default boolean mustWait(Session session, Command command) {
        return false;
    }

    /** Whether the sidecar learns about every change of a key that has one of these prefixes. */
    default boolean noticesAllUnder(List<byte[]> prefixes) {
        return true;
    }

    /** The section about L2 in INFO; empty without an L2. */
    default String info() {
        return "";
    }

    /** Writes the metrics of L2. */
    default void writeMetrics(MetricWriter out) {}

    /** Disconnects from L2 after the writes of clients have arrived there. Call before the event loops end. */
    default void close() {}
}
