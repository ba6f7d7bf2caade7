package io.cachee.store;

/**
 * Learns which entries the store has removed of its own accord. Called with locks held, by whichever thread removes the
 * entry: it must be quick, must not wait, and must not call the store.
 */
public interface RemovalListener {
    /** Why an entry was removed. */
    enum Reason {
        /** Its time was up. */
        EXPIRED,
        /** Room was needed. */
        EVICTED
    }

    /** Whether anybody wants to know at the moment; while nobody does, keys are not even copied. */
    boolean isWanted();

    /** An entry was removed. */
    void removed(byte[] key, Reason reason);
}
