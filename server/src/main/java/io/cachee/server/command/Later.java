package io.cachee.server.command;

import io.netty.buffer.ByteBuf;

/** The place of a reply that is still to come: what is replied after it waits for it. */
public interface Later {
    /** Gives the whole reply. The buffer is given away. On the event loop of the client; once. */
    void reply(ByteBuf whole);
}
