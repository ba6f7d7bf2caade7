package io.cachee.l2;

/** The version of the protocol that replies are wanted in. */
public enum Protocol {
    RESP2,
    RESP3
}
