package io.cachee.store;

/**
 * Decides what stays. The store keeps two first-in-first-out logs, {@link #SMALL} and {@link #MAIN}, and one byte of
 * policy state with each entry. It asks the policy where a new entry goes, tells it of uses, and calls it to make room.
 *
 * <p>Placements are one int: {@code log << 8 | policy byte}, or {@link #REFUSE}.
 */
interface EvictionPolicy {
    int SMALL = 0;
    int MAIN = 1;
    int REFUSE = -1;
    long SPREAD = 0;

    static int place(int log, int policy) {
        return log << 8 | policy;
    }

    static int log(int placement) {
        return placement >>> 8;
    }

    static int policy(int placement) {
        return placement & 0xff;
    }

    /** False when entries may only leave by deletion and expiry. */
    boolean evicts();

    /** Where a new entry of this many bytes goes, if the key was not evicted lately. */
    int admit(long bytes);

    /** Where a new entry goes whose key was evicted lately. The reclaimer's lock is held. */
    default int admitAgain(long bytes, Tails tails) {
        return admit(bytes);
    }

    /**
     * The policy byte after a use of the record at an address; the same byte when there is nothing to note. A large
     * record, which is spread over its log, has no one address: it comes as {@link #SPREAD}.
     */
    int use(int policy, long address);

    /** Drops at least one entry. False when there is none. The reclaimer's lock is held. */
    boolean evict(Tails tails);

    /** Whether a small log that has outgrown its share may be joined, as it is, to a main log that has not. */
    default boolean fillsMainFirst(Tails tails) {
        return false;
    }

    /** Whether the policy wants to be told of this read. */
    default boolean watches(long hash) {
        return false;
    }

    /** Told of a read, whether it found its key or not. */
    default void watch(long hash) {}
}
