package io.cachee.l2;

/** The protocol version of replies. */
public enum RespVersion {
    RESP2,
    RESP3,
    /**
     * The version that was used last, so that the link's own requests share the connections of clients. For requests
     * whose replies can be read in both versions, and whose order among others does not matter.
     */
    EITHER
}
