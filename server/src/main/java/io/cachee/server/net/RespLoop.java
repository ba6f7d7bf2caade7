package io.cachee.server.net;

import io.cachee.resp.RequestsAhead;
import io.cachee.server.engine.CommandExecutor;
import io.cachee.server.engine.ConfinedTo;

/** What the RESP connections of one event loop share. */
@ConfinedTo("the event loop")
final class RespLoop {
    final CommandExecutor executor;
    final Buffers buffers;
    final RequestsAhead ahead = new RequestsAhead();
    /** Whether some connection's batch runs. There is one reply buffer, so no other batch may begin. */
    boolean running;

    RespLoop(CommandExecutor executor, Buffers buffers) {
        this.executor = executor;
        this.buffers = buffers;
    }
}
