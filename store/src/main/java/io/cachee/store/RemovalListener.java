package io.cachee.store;

/**
 * Receives the entries that the store removes by itself. It is called with locks held, by the thread that removes the
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

    /** Whether removals are wanted at the moment. While they are not, keys are not copied. */
    boolean isWanted();

    /** An entry was removed. */
    void removed(byte[] key, Reason reason);
}
