package io.cachee.store;

import java.util.Locale;

/** Which entries are dropped when the region is full. */
public enum Eviction {
    /** By frequency, adapting to the workload. */
    CACHEE_LFU,
    /**
     * Approximately the least recently used first: an entry that was used since it was last examined gets another
     * round.
     */
    LRU,
    /** The oldest first. */
    FIFO,
    /** As {@link #CACHEE_LFU}, but entries without an expiry are never dropped. */
    VOLATILE_LFU,
    /** As {@link #LRU}, but entries without an expiry are never dropped. */
    VOLATILE_LRU,
    /** Of a few entries with an expiry, drawn at random, the one that expires first. Others are never dropped. */
    VOLATILE_TTL,
    /** None: a write that finds no room is refused. */
    NOEVICTION;

    /** Finds a policy by its name on the command line. Redis's names stand for the nearest of these policies. */
    public static Eviction named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "cachee-lfu", "allkeys-lfu" -> CACHEE_LFU;
            case "lru", "allkeys-lru" -> LRU;
            case "fifo", "allkeys-random" -> FIFO;
            case "volatile-lfu" -> VOLATILE_LFU;
            case "volatile-lru" -> VOLATILE_LRU;
            case "volatile-ttl" -> VOLATILE_TTL;
            case "noeviction" -> NOEVICTION;
            default ->
                throw new IllegalArgumentException("unknown eviction policy '" + name
                        + "': cachee-lfu, lru, fifo, volatile-lfu, volatile-lru, volatile-ttl, noeviction,"
                        + " allkeys-lfu, allkeys-lru or allkeys-random");
        };
    }

    /** The name of Redis's policy that is nearest to this one. */
    public String redisName() {
        return switch (this) {
            case CACHEE_LFU -> "allkeys-lfu";
            case LRU -> "allkeys-lru";
            case FIFO -> "allkeys-random";
            case VOLATILE_LFU, VOLATILE_LRU, VOLATILE_TTL, NOEVICTION -> displayName();
        };
    }

    /** The name on the command line. */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
