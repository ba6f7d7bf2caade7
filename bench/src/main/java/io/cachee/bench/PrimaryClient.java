package io.cachee.bench;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A client of the primary, which may change. */
final class PrimaryClient implements DirectClient {
    private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(5);

    private final IntSupplier port;
    private @Nullable RespClient open;

    PrimaryClient(IntSupplier port) {
        this.port = port;
    }

    @Override
    public RespValue call(String key, Object... command) throws IOException {
        RespClient client = open;
        if (client == null) {
            client = RespClient.connect(port.getAsInt(), TIMEOUT_MILLIS);
            open = client;
        }
        return client.call(command);
    }

    @Override
    public void hangUp() {
        RespClient client = open;
        open = null;
        if (client != null) {
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
