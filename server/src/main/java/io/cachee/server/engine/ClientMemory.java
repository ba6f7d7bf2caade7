package io.cachee.server.engine;

import java.util.function.LongSupplier;

/**
 * What the network reports about the memory that all clients take together.
 *
 * @param requestBytes memory on the heap: requests, transactions, names they listen to, messages
 * @param requestLimit the client that takes most of it is closed beyond this
 * @param replyBytes replies that clients have not taken yet
 * @param replyLimit the client that leaves most of them is closed beyond this
 */
public record ClientMemory(LongSupplier requestBytes, long requestLimit, LongSupplier replyBytes, long replyLimit) {
    static final ClientMemory NONE = new ClientMemory(() -> 0, 0, () -> 0, 0);
}
