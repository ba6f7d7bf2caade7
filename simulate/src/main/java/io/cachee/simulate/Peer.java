package io.cachee.simulate;

/** A cache to compare the store with. It gets the requests of a trace in order. */
interface Peer {
    /** Requests a key, and stores it on a miss. Returns true for a hit. */
    boolean request(int number);
}
