package io.cachee.store;

/** What a policy sees of the logs: their sizes, and the oldest entry of each. The reclaimer's lock is held. */
interface Tails {
    /** Live bytes in a log. */
    long bytes(int log);

    /** The most live bytes that both logs together may have. */
    long capacityBytes();

    /** The number of entries in the store. */
    long entries();

    /** Moves to the oldest entry of a log, unless already there. False when the log is empty. */
    boolean seek(int log);

    /** The policy byte of the entry that {@link #seek} found. */
    int policy(int log);

    /** The bytes of that entry's key and value. */
    long entryBytes(int log);

    /** Drops that entry. With {@code remember}, the history notes its key. */
    void drop(int log, boolean remember);

    /** Drops the entry that expires first among a few that are drawn at random. False when none was found. */
    boolean dropSoonest();

    /** Moves that entry to the young end of a log. */
    void move(int log, int toLog, int policy);
}
