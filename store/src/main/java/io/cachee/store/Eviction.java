package io.cachee.store;

import java.util.Locale;

/** How entries make way when the region is full. */
public enum Eviction {
    /** By frequency, adapting to the workload. */
    CACHEE_LFU,
    /** The least recently used first, approximately: an entry used since it was last looked at gets another round. */
    LRU,
    /** The oldest first. */
    FIFO,
    /** Never: a write that finds no room is refused. */
    NOEVICTION;

    /** Finds a policy by its name on the command line; Redis's names are accepted for their nearest kin. */
    public static Eviction named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "cachee-lfu", "allkeys-lfu" -> CACHEE_LFU;
            case "lru", "allkeys-lru" -> LRU;
            case "fifo" -> FIFO;
            case "noeviction" -> NOEVICTION;
            default ->
                throw new IllegalArgumentException("unknown eviction policy '" + name
                        + "': cachee-lfu, lru, fifo, noeviction, allkeys-lfu or allkeys-lru");
        };
    }

    /** The name on the command line. */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
