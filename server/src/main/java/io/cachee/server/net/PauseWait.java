package io.cachee.server.net;

import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection's waiting for the end of CLIENT PAUSE, at the latest when that was planned to be. Of its event loop. */
final class PauseWait {
    private final Connection connection;
    private final Runnable over;
    private @Nullable Future<?> end;

    PauseWait(Connection connection, Runnable over) {
        this.connection = connection;
        this.over = over;
    }

    void begin() {
        if (end == null) {
            long nanos = connection.loop().executor.awaitEndOfPause(connection);
            end = connection.after(this::stop, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** It is over, whether it was planned to be or not. */
    void stop() {
        forget();
        over.run();
    }

    void forget() {
        Future<?> planned = end;
        if (planned != null) {
            end = null;
            planned.cancel(false);
            connection.loop().executor.forgetPause(connection);
        }
    }
}
