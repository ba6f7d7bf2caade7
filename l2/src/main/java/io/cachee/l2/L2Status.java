package io.cachee.l2;

import java.util.List;

/**
 * The state of the link to L2.
 *
 * @param nodes all known nodes
 * @param lagNanos how long the last probe took from its write to its invalidation; -1 before the first
 * @param connections open connections, dedicated ones included
 */
public record L2Status(List<Node> nodes, long lagNanos, int connections, Totals totals) {
    public L2Status {
        nodes = List.copyOf(nodes);
    }

    /**
     * Counts since the link was opened.
     *
     * @param reconnects shared connections that were made again
     * @param sent requests sent
     * @param timeouts requests without a reply before their deadline
     * @param refused requests that were not sent for lack of a connection or of room
     * @param outOfStep connections ended because their replies were out of step with the requests
     * @param tooLarge replies over the limit
     * @param invalidations keys reported as changed
     * @param feedLosses how often a feed has ended
     */
    public record Totals(
            long reconnects,
            long sent,
            long timeouts,
            long refused,
            long outOfStep,
            long tooLarge,
            long invalidations,
            long feedLosses) {
        /** Nothing has happened yet. */
        public static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0, 0);
    }

    /**
     * A node.
     *
     * @param name host and port
     * @param generation that of its feed; 0 while the feed is down
     * @param breakerOpen whether its circuit breaker is open
     * @param inFlight requests that wait for a reply
     * @param lastProblem for people to read; empty for none
     */
    public record Node(String name, int generation, boolean breakerOpen, int inFlight, String lastProblem) {}

    /** Whether every known node has its feed. */
    public boolean isCoherent() {
        return !nodes.isEmpty() && nodes.stream().allMatch(node -> node.generation() != 0);
    }
}
