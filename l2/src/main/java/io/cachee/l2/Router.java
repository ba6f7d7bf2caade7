package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses the node of each request, and keeps the generations of the slots. */
@EventLoopConfined
interface Router {
    void open();

    int slotOf(byte[] key, int offset, int length);

    Generations generations();

    void sendTracked(ByteBuf request, int slot, ReplyHandler handler);

    void send(ByteBuf request, int slot, RespVersion protocol, int database, ReplyHandler handler);

    /** The primary of a slot, or any primary for -1; null when it is not known. */
    @Nullable
    Node primary(int slot);

    /** One slot of each node that has any. */
    List<Integer> slotsOfNodes();

    /** The state of all known nodes; a single placeholder while none is known. From any thread. */
    List<L2Status.Node> status();

    void close(String why);
}
