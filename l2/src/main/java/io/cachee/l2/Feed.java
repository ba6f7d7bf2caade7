package io.cachee.l2;

/**
 * Receives the changes in L2. Invalidations and replies of one node keep their order: a value
 * loaded after a key was reported is newer than the change.
 */
@EventLoopConfined
public interface Feed {
    /** This generation vouches for a slot from now on; 0 is none. Called before any other call about it. */
    default void vouches(int slot, int generation) {}

    /** A key has changed that was read over a tracked connection, or that is under a tracked prefix. */
    void invalidated(byte[] key);

    /** Any key may have changed, for example after FLUSHALL. */
    void invalidatedAll();

    /** A node's feed has begun. It does not vouch for entries of its slots that were loaded earlier. */
    void began(String node, int generation);

    /** A node's feed has ended. Nothing vouches for the entries of its slots any more. */
    void ended(String node, String why);

    /** Something has happened that somebody should know of. */
    default void noticed(String problem) {}
}
