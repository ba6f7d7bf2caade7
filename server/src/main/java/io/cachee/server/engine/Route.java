package io.cachee.server.engine;

/** Who answers a command when the sidecar stands before an L2. Without one, every command runs in the sidecar. */
public enum Route {
    /** The sidecar: the command concerns the sidecar or this connection. */
    LOCAL,
    /** L1 if it can, otherwise L2. */
    L1_READ,
    /** L2, as the policy of the key's keyspace requires. */
    KEYSPACE_WRITE,
    /** L2, over a shared connection: the command gets exactly one reply and leaves the connection as it was. */
    FORWARD,
    /** L2, over the client's own connection: the command needs or changes a connection's state, or may block. */
    OWN_CONNECTION,
    /** L2, in one part for each slot of a cluster; the replies are merged. */
    SPLIT,
    /** Nobody: the row says why. */
    REFUSED
}
