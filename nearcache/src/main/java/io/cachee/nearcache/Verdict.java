package io.cachee.nearcache;

/** What may be done with a value found in L1. */
public enum Verdict {
    /** It may be served. */
    FRESH,
    /** It may be served, and should be reloaded in the background. */
    REFRESH,
    /** It may be served only while L2 does not answer, or where the keyspace tolerates stale values. */
    STALE,
    /** It may not be served. */
    GONE
}
