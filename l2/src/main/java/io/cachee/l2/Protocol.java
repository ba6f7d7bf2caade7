package io.cachee.l2;

/** The version of the protocol that replies are wanted in. */
public enum Protocol {
    RESP2,
    RESP3,
    /**
     * The one that was asked for last, so that the link's own requests need no connection besides those of clients. For
     * requests whose replies can be read in either, and whose order among others is of no matter.
     */
    EITHER
}
