package io.cachee.store;

/**
 * What the store knows about an entry besides its value. A caller keeps one and passes it to each read, so that reads
 * allocate nothing.
 */
public final class EntryInfo {
    /** The time-to-live of an entry that does not expire. */
    public static final long NO_TTL = -1;

    /** The bits of a policy byte in which uses count. Above them are uses that the policy does not count. */
    static final int COUNTED_USES = 7;

    int version;
    long valueLength;
    long expiryMillis = NO_TTL;
    long ttlMillis = NO_TTL;
    int frequency;

    /** Creates a description to be filled by a read. */
    public EntryInfo() {}

    void set(long first, long length, long expiry, long ttl) {
        version = RecordDescriptor.version(first);
        valueLength = length;
        expiryMillis = expiry;
        ttlMillis = ttl;
        frequency = frequency(RecordDescriptor.policy(first));
    }

    /** How often an entry was used, by its policy byte. */
    static int frequency(int policy) {
        return (policy & COUNTED_USES) + policy / (COUNTED_USES + 1);
    }

    /** Changes with every change of the entry; equal versions mean the same value under the same key. */
    public int version() {
        return version;
    }

    /** The value's length in bytes. */
    public long valueLength() {
        return valueLength;
    }

    /** Milliseconds until the entry expires, or {@link #NO_TTL}. */
    public long ttlMillis() {
        return ttlMillis;
    }

    /** When the entry expires, in milliseconds of {@link Store#clockMillis()}, or {@link #NO_TTL}. */
    public long expiryMillis() {
        return expiryMillis;
    }

    /** How often the entry was used, as far as the eviction policy notes it: a small number that saturates. */
    public int frequency() {
        return frequency;
    }
}
