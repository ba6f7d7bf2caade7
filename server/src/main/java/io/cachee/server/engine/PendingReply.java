package io.cachee.server.engine;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/**
 * The reserved place of a reply that will be given later. Replies after it wait for it. Methods are called on the event
 * loop of the client, and they take ownership of the buffers that they are given.
 */
public interface PendingReply {
    /** Gives the whole reply. Call it once. */
    void reply(ByteBuf whole);

    /** Receives the parts of a reply. */
    interface Parts {
        /**
         * Adds a part. False if the client is gone.
         *
         * @param taken runs when the connection has taken the part or has ended
         */
        boolean add(ByteBuf part, boolean isLast, Runnable taken);
    }

    /** Sends a message directly before the reply. Returns false and does nothing if no reply is wanted. */
    default boolean precede(ByteBuf message) {
        return false;
    }

    /**
     * Gives the reply in parts: calls {@code begin} when everything before the reply was sent, and never if the client
     * is gone before that. Returns false and does nothing if no reply is wanted.
     */
    default boolean inParts(Consumer<Parts> begin) {
        return false;
    }
}
