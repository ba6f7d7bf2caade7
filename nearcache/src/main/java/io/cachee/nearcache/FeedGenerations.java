package io.cachee.nearcache;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The generation that each node's feed of invalidations stands for. A generation ends when its feed ends or begins
 * anew. Confined to the link's event loop, except the two accessors.
 */
final class FeedGenerations {
    private final EndedGenerations ended = new EndedGenerations();
    private final CompletableFuture<@Nullable Void> first = new CompletableFuture<>();
    private final Map<String, Integer> byNode = new HashMap<>();
    private boolean wasLost;

    /** When earlier generations ended. From any thread. */
    EndedGenerations ended() {
        return ended;
    }

    /** Completes when the first feed begins. From any thread. */
    CompletableFuture<@Nullable Void> first() {
        return first;
    }

    /** Notes that a node's feed has begun. True if some feed has been lost before. */
    boolean began(String node, int generation, long now) {
        Integer before = byNode.put(node, generation);
        if (before != null) {
            ended.ended(before, now);
        }
        return wasLost;
    }

    /** Notes that a node's feed has ended. */
    void ended(String node, long now) {
        wasLost = true;
        Integer before = byNode.remove(node);
        if (before != null) {
            ended.ended(before, now);
        }
    }
}
