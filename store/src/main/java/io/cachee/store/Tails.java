package io.cachee.store;

/** What a policy sees of the logs: their sizes, and the oldest entry of each. Used under the reclaimer's lock. */
interface Tails {
    /** Live bytes in a log. */
    long bytes(int log);

    /** Live bytes that both logs may have together. */
    long capacityBytes();

    /** The number of entries in the store. */
    long entries();

    /** Goes to the oldest entry of a log, if it is not there yet. False when the log is empty. */
    boolean seek(int log);

    /** The policy byte of the entry that {@link #seek} found. */
    int policy(int log);

    /** The bytes of its key and value. */
    long entryBytes(int log);

    /** Drops it. With {@code remember}, its key is known as evicted for a while. */
    void drop(int log, boolean remember);

    /** Moves it to the young end of a log. */
    void move(int log, int toLog, int policy);
}
