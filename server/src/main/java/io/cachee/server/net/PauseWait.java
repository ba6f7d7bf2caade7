package io.cachee.server.net;

import io.cachee.server.engine.ConfinedTo;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for the end of CLIENT PAUSE: until the pause is stopped, or its time is over. */
@ConfinedTo("the connection's event loop")
final class PauseWait {
    private final RespProtocol protocol;
    private final SocketConnection connection;
    private @Nullable Future<?> end;

    PauseWait(RespProtocol protocol, SocketConnection connection) {
        this.protocol = protocol;
        this.connection = connection;
    }

    /** Begins to wait, unless it does already. */
    void begin() {
        if (end == null) {
            long nanos = protocol.executor().awaitEndOfPause(protocol);
            end = connection.after(this::stop, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** The pause is over. */
    void stop() {
        forget();
        protocol.resume();
    }

    /** Waits no longer. */
    void forget() {
        Future<?> planned = end;
        if (planned != null) {
            end = null;
            planned.cancel(false);
            protocol.executor().forgetPause(protocol);
        }
    }
}
