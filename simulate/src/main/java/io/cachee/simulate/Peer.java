package io.cachee.simulate;

/** A cache beside which the store is measured. It is given each request of a trace in turn. */
interface Peer {
    /** Asks for a key and, where it is not held, stores it. True when it was held. */
    boolean request(int number);
}
