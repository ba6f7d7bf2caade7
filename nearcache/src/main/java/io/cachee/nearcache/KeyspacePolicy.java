package io.cachee.nearcache;

/**
 * How the keys of a keyspace are cached.
 *
 * @param ttlMillis given in L2 to values that are written without one; 0 for none
 * @param jitter the share by which lifetimes are shortened at random, so that values loaded together do not expire
 *     together
 * @param l1TtlMillis the longest that L1 serves a value without asking L2
 * @param softTtlMillis the age from which a value is served and reloaded in the background; 0 for never
 * @param staleIfErrorMillis how long a value that is no longer fresh may be served while L2 does not answer
 * @param softDeadlineMillis how long a reader waits for a load before it gets a stale value instead; 0 to wait until
 *     the load fails
 * @param negativeTtlMillis how long L1 remembers that a key does not exist; 0 for not at all
 * @param earlyRefresh XFetch's beta: how eagerly values are reloaded before they expire; 0 for never
 * @param write what happens to writes
 * @param consistency what clients may be served
 * @param maxValueBytes the largest value kept in L1; 0 for the store's own limit
 * @param version of the namespace; raising it makes everything older unreachable
 * @param missWaitMillis how long readers of a missing key wait for the first of them to write it; 0 for not at all
 * @param hotCopies the number of copies that L2 holds of keys that are loaded very often; 0 for none
 * @param fleet whether readers of all pods wait for each other, by a lease in L2
 */
public record KeyspacePolicy(
        long ttlMillis,
        double jitter,
        long l1TtlMillis,
        long softTtlMillis,
        long staleIfErrorMillis,
        long softDeadlineMillis,
        long negativeTtlMillis,
        double earlyRefresh,
        Write write,
        Consistency consistency,
        long maxValueBytes,
        int version,
        long missWaitMillis,
        int hotCopies,
        boolean fleet) {
    /** What happens to a write. */
    public enum Write {
        /** It is sent to L2, and acknowledged when L2 has acknowledged it. */
        THROUGH,
        /** It is acknowledged at once, and sent to L2 later. */
        BEHIND,
        /** The value is not kept: the key is deleted, in L2 too. */
        INVALIDATE
    }

    /** What clients may be served. */
    public enum Consistency {
        /** Fresh values only; an error where there is none. */
        STRONG,
        /** Fresh values; while L2 does not answer, also stale ones within {@code stale-if-error}. */
        BOUNDED,
        /** Stale values within {@code stale-if-error} even while L2 answers; they are reloaded in the background. */
        STALE_TOLERANT
    }

    /** The policy of keyspaces that are not configured. */
    public static final KeyspacePolicy DEFAULT = new Builder().build();

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Settings by name; those that are not set keep their defaults. */
    public static final class Builder {
        private long ttlMillis;
        private double jitter = 0.1;
        private long l1TtlMillis = 60_000;
        private long softTtlMillis;
        private long staleIfErrorMillis = 30_000;
        private long softDeadlineMillis = 200;
        private long negativeTtlMillis = 5_000;
        private double earlyRefresh;
        private Write write = Write.THROUGH;
        private Consistency consistency = Consistency.BOUNDED;
        private long maxValueBytes;
        private int version;
        private long missWaitMillis;
        private int hotCopies;
        private boolean fleet;

        private Builder() {}

        public Builder ttlMillis(long millis) {
            ttlMillis = millis;
            return this;
        }

        public Builder jitter(double share) {
            jitter = share;
            return this;
        }

        public Builder l1TtlMillis(long millis) {
            l1TtlMillis = millis;
            return this;
        }

        public Builder softTtlMillis(long millis) {
            softTtlMillis = millis;
            return this;
        }

        public Builder staleIfErrorMillis(long millis) {
            staleIfErrorMillis = millis;
            return this;
        }

        public Builder softDeadlineMillis(long millis) {
            softDeadlineMillis = millis;
            return this;
        }

        public Builder negativeTtlMillis(long millis) {
            negativeTtlMillis = millis;
            return this;
        }

        public Builder earlyRefresh(double beta) {
            earlyRefresh = beta;
            return this;
        }

        public Builder write(Write newWrite) {
            write = newWrite;
            return this;
        }

        public Builder consistency(Consistency newConsistency) {
            consistency = newConsistency;
            return this;
        }

        public Builder maxValueBytes(long bytes) {
            maxValueBytes = bytes;
            return this;
        }

        public Builder version(int newVersion) {
            version = newVersion;
            return this;
        }

        public Builder missWaitMillis(long millis) {
            missWaitMillis = millis;
            return this;
        }

        public Builder hotCopies(int copies) {
            hotCopies = copies;
            return this;
        }

        public Builder fleet(boolean isForAllPods) {
            fleet = isForAllPods;
            return this;
        }

        public KeyspacePolicy build() {
            return new KeyspacePolicy(
                    ttlMillis,
                    jitter,
                    l1TtlMillis,
                    softTtlMillis,
                    staleIfErrorMillis,
                    softDeadlineMillis,
                    negativeTtlMillis,
                    earlyRefresh,
                    write,
                    consistency,
                    maxValueBytes,
                    version,
                    missWaitMillis,
                    hotCopies,
                    fleet);
        }
    }
}
