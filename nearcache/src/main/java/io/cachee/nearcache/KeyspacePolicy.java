package io.cachee.nearcache;

/**
 * How the keys of a keyspace are cached. Times are in milliseconds.
 *
 * @param ttl given in L2 to values that are written without one; 0 for none
 * @param jitter the share by which lifetimes are shortened at random, so that what was loaded together does not expire
 *     together
 * @param l1Ttl the longest that a value is served from L1 without asking L2
 * @param softTtl after which a value is served and loaded anew behind the client's back; 0 for never
 * @param staleIfError how long after it was last vouched for a value may be served while L2 cannot be asked
 * @param softDeadline how long a reader waits for a load while there is a value that may be stale; 0 for until the load
 *     fails
 * @param negativeTtl how long L1 remembers that there is no such key; 0 for not at all
 * @param earlyRefresh XFetch's beta: how eagerly values are loaded anew before they expire; 0 for never
 * @param write what becomes of writes
 * @param consistency what clients may be served
 * @param maxValueSize the largest value kept in L1; 0 for the store's own limit
 * @param version of the namespace: raising it makes everything older unreachable
 * @param missWait how long others that ask for a missing key wait for the one who asked first to write it; 0 for not at
 *     all
 * @param hotCopies under how many names keys that are loaded again and again are copied in L2; 0 for none
 * @param fleet whether those who wait are of all pods, by a lease in L2
 */
public record KeyspacePolicy(
        long ttl,
        double jitter,
        long l1Ttl,
        long softTtl,
        long staleIfError,
        long softDeadline,
        long negativeTtl,
        double earlyRefresh,
        Write write,
        Consistency consistency,
        long maxValueSize,
        int version,
        long missWait,
        int hotCopies,
        boolean fleet) {
    /** What becomes of a write. */
    public enum Write {
        /** It is sent to L2, and acknowledged when L2 has. */
        THROUGH,
        /** It is acknowledged at once, and sent to L2 in a while. */
        BEHIND,
        /** It is not kept: the key is deleted, in L2 as well. */
        INVALIDATE
    }

    /** What clients may be served. */
    public enum Consistency {
        /** Only what L2 vouches for at this moment; an error otherwise. */
        STRONG,
        /** What L2 vouches for; within the bound of {@code stale-if-error} also what it did vouch for. */
        BOUNDED,
        /** Outdated values within that bound even while L2 can be asked; they are loaded anew meanwhile. */
        STALE_TOLERANT
    }

    /** That of keyspaces that nothing is said about. */
    public static final KeyspacePolicy DEFAULT = new KeyspacePolicy(
            0, 0.1, 60_000, 0, 30_000, 200, 5_000, 0, Write.THROUGH, Consistency.BOUNDED, 0, 0, 0, 0, false);
}
