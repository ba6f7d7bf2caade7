package io.cachee.l2;

/**
 * Who is told what changes in L2. All is called on the link's event loop, in the order in which it came among the
 * replies of the same node: what is loaded after a key was reported is newer than the change.
 */
public interface Feed {
    /** From now on this generation vouches for a slot; 0 is none. Told before anything else is told of it. */
    default void vouches(int slot, int generation) {}

    /** A key that was read over a tracked connection has changed, or a key under a tracked prefix has. */
    void invalidated(byte[] key);

    /** Anything may have changed: all was flushed, say. */
    void invalidatedAll();

    /** A node's feed has begun; entries of its slots that were loaded before are not vouched for. */
    void began(String node, int generation);

    /** A node's feed has ended, and with it what vouches for the entries of its slots. */
    void ended(String node, String why);
}
