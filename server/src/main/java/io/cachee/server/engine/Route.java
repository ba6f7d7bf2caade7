package io.cachee.server.engine;

/** Who answers a command when the sidecar stands before an L2. Without one, every command runs in the sidecar. */
public enum Route {
    /** The sidecar: the command is about the sidecar or about this connection. */
    LOCAL,
    /** L1 where it can; otherwise L2. */
    L1_READ,
    /** L2, in the way that the policy of the key's keyspace asks for. */
    KEYSPACE_WRITE,
    /** L2, over a shared connection: the command gets exactly one reply and leaves the connection as it was. */
    FORWARD,
    /** L2, over a connection of the client's own: the command needs or changes a connection's state, or may wait. */
    OWN_CONNECTION,
    /** L2, one part for each slot of a cluster; the replies are merged. */
    SPLIT,
    /** Nobody: the row says why. */
    REFUSED
}
