package io.cachee.store;

/** What became of a value that was to be stored. */
public enum PutResult {
    /** It is stored. */
    STORED,
    /** The condition did not hold; nothing changed. */
    CONDITION_FAILED,
    /**
     * The store is full, and the eviction policy would not evict so much for a large value whose key it has not
     * seen before. The key has no value now, as if the value had been evicted at once.
     */
    NOT_ADMITTED,
    /** The store is full and may not evict; nothing changed. */
    NO_SPACE
}
