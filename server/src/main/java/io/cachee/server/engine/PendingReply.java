package io.cachee.server.engine;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** The place of a reply that is still to come: what is replied after it waits for it. On the client's event loop. */
public interface PendingReply {
    /** Gives the whole reply. The buffer is given away. Once. */
    void reply(ByteBuf whole);

    /** Takes the parts of a reply. */
    interface Parts {
        /**
         * The buffer is given away. False when the client has gone.
         *
         * @param taken is run when the connection has taken it, or ended
         */
        boolean add(ByteBuf part, boolean isLast, Runnable taken);
    }

    /**
     * Sends something before the reply, and after all that was to be sent before it. The buffer is given away. False,
     * and nothing done, where nobody wants a reply.
     */
    default boolean precede(ByteBuf message) {
        return false;
    }

    /**
     * Has the reply given in parts, from when all before it has left. If the client goes before that, it never begins.
     * False where nobody wants a reply.
     */
    default boolean inParts(Consumer<Parts> begin) {
        return false;
    }
}
