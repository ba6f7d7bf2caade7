package io.cachee.store;

/**
 * Decides which entries stay. The store keeps two first-in-first-out logs, {@link #SMALL} and {@link #MAIN}, and one
 * byte of policy state with each entry. It asks the policy where a new entry goes, reports uses to it, and calls it to
 * make room. Under a policy that spares lasting entries, those without an expiry lie in a third log, {@link #KEPT},
 * which no policy sees.
 *
 * <p>Placements are one int: {@code log << 8 | policy byte}, or {@link #REFUSE}.
 */
interface EvictionPolicy {
    int SMALL = 0;
    int MAIN = 1;
    int KEPT = 2;
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

    /** Whether entries without an expiry are never evicted. */
    default boolean sparesLasting() {
        return false;
    }

    /** The log for an entry that would lie in {@code log} if it were not for its expiry, or for the want of one. */
    default int logFor(boolean expires, int log) {
        if (sparesLasting() && !expires) {
            return KEPT;
        }
        return log == KEPT ? MAIN : log;
    }

    /** Where a new entry of this many bytes goes if its key was not evicted recently. */
    int admit(long bytes);

    /** Where a new entry goes if its key was evicted recently. The reclaimer's lock is held. */
    default int admitAgain(long bytes, Tails tails) {
        return admit(bytes);
    }

    /**
     * The policy byte after a use of the record at an address. It is the same byte when there is nothing to note. A
     * large record is spread over its log and has no single address; {@link #SPREAD} is passed instead.
     */
    int use(int policy, long address);

    /** Drops at least one entry. False when there is none. The reclaimer's lock is held. */
    boolean evict(Tails tails);

    /**
     * Whether the oldest segment of the small log may join the main log as it is, because main has less than its share.
     */
    default boolean fillsMainFirst(Tails tails) {
        return false;
    }

    /** Whether the policy wants to see this read. */
    default boolean watches(long hash) {
        return false;
    }

    /** Shows the policy a read, whether or not it found its key. */
    default void watch(long hash) {}
}
