package io.cachee.store;

/**
 * What the store knows of an entry beside its value. A caller keeps one and passes it to reads, so that reading
 * creates no garbage.
 */
public final class EntryInfo {
    /** The time-to-live of an entry that does not expire. */
    public static final long NO_TTL = -1;

    int version;
    long valueLength;
    long expiryMillis = NO_TTL;
    long ttlMillis = NO_TTL;
    int frequency;

    /** Creates an empty one. */
    public EntryInfo() {}

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

    /** How often the eviction policy thinks that the entry was used: a small saturating figure. */
    public int frequency() {
        return frequency;
    }
}
