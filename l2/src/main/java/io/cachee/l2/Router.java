package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides to which node a request goes, and what its feeds vouch for. */
interface Router {
    void open();

    int slotOf(byte[] key, int offset, int length);

    Generations generations();

    void sendTracked(ByteBuf request, int slot, ReplyHandler handler);

    void send(ByteBuf request, int slot, Protocol protocol, int database, ReplyHandler handler);

    /** Who answers for a slot, or for -1 any; null when that is not known. */
    @Nullable
    Node primary(int slot);

    /** For each node that has slots one of them. */
    List<Integer> slotsOfNodes();

    /** Of all nodes that are known; of what stands for them while none is. From any thread. */
    List<L2Status.Node> status();

    void close(String why);
}
