package io.cachee.server.engine;

import io.cachee.resp.Request;
import io.cachee.server.metrics.MetricWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who answers a command: the sidecar itself, or an L2 behind it. The sidecar chooses one implementation when it
 * starts.
 */
public interface CommandRouting {
    /** Everything runs here. */
    CommandRouting STANDALONE = new CommandRouting() {};

    /** Whether there is an L2: what is evicted here is not lost, and rules may name commands that the table lacks. */
    default boolean hasL2() {
        return false;
    }

    /**
     * The row of a request that the table lacks.
     *
     * @param container the command, when only its subcommand is unknown
     * @return null when nobody has such a command
     */
    default @Nullable Command unlisted(@Nullable Command container, Request request) {
        return container;
    }

    /** What runs the command for this client now. */
    default Handler handlerOf(Session session, Command command) {
        return command.handler;
    }

    /** Whether a request has to wait for the replies that its client still awaits. */
    default boolean mustWait(Session session, Command command) {
        return false;
    }

    /** Whether every change of a key under these prefixes is noticed. */
    default boolean noticesAllUnder(List<byte[]> prefixes) {
        return true;
    }

    /** INFO's section about L2; empty without one. */
    default String info() {
        return "";
    }

    /** Writes the metrics of L2. */
    default void writeMetrics(MetricWriter out) {}

    /** Leaves L2, after what clients wrote has arrived there. Call before the event loops end. */
    default void close() {}
}
