package io.cachee.nearcache;

/** What may be done with a value found in L1. */
public enum Verdict {
    /** It may be served. */
    FRESH,
    /** It may be served, and is to be loaded anew behind the client's back. */
    REFRESH,
    /** It may be served only because, and while, L2 cannot be asked. */
    STALE,
    /** It is of no use. */
    GONE
}
