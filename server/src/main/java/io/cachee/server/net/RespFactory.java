package io.cachee.server.net;

import io.cachee.resp.ReplyEncoder;
import io.cachee.server.engine.SharedState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** Opens RESP for connections, on as many event loops as there are. */
final class RespFactory implements Protocol.Factory {
    private final SharedState shared;
    private final List<RespLoop> loops = new ArrayList<>();

    /** @param spareBytes memory for arrays that wait for the next large requests, for all loops together */
    RespFactory(SharedState shared, int loopCount, ByteBufAllocator allocator, long spareBytes) {
        this.shared = shared;
        for (int i = 0; i < loopCount; i++) {
            loops.add(new RespLoop(shared.executor(allocator), new Buffers(spareBytes / loopCount)));
        }
    }

    RespLoop loop(LoopContext context) {
        RespLoop loop = loops.get(context.index);
        loop.executor.runSlicesBy(context);
        return loop;
    }

    @Override
    public Protocol open(SocketConnection connection) {
        return new RespProtocol(connection, this, shared);
    }

    @Override
    public ByteBuf refusal(String error) {
        return ReplyEncoder.error(error);
    }
}
