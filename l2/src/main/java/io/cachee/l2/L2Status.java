package io.cachee.l2;

import java.util.List;

/**
 * How L2 is doing.
 *
 * @param nodes one for each node known
 * @param lagNanos how long the last probe took from its write to its invalidation; -1 while none has been
 * @param connections open now, those of clients of their own included
 * @param reconnects connections made again since the start
 * @param sent requests sent since the start
 * @param timeouts requests that were not answered in time since the start
 * @param refused requests refused for want of a connection or room since the start
 * @param tooLarge replies since the start that were larger than is taken
 * @param invalidations keys reported since the start
 * @param feedLosses how often a feed has ended since the start
 */
public record L2Status(
        List<Node> nodes,
        long lagNanos,
        int connections,
        long reconnects,
        long sent,
        long timeouts,
        long refused,
        long tooLarge,
        long invalidations,
        long feedLosses) {
    public L2Status {
        nodes = List.copyOf(nodes);
    }

    /**
     * A node.
     *
     * @param name host and port
     * @param generation of its feed, 0 while that is down
     * @param breakerOpen whether it is given time after failures
     * @param inFlight requests that wait for its reply
     * @param lastProblem in words, empty for none
     */
    public record Node(String name, int generation, boolean breakerOpen, int inFlight, String lastProblem) {}

    /** Whether every node known has its feed. */
    public boolean isCoherent() {
        return !nodes.isEmpty() && nodes.stream().allMatch(node -> node.generation() != 0);
    }
}
