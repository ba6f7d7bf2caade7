package io.cachee.bench;

import io.cachee.testkit.RespValue;
import java.io.IOException;

/** A client that talks to L2 directly, not through a sidecar. */
interface DirectClient {
    /**
     * The reply to a command on one key.
     *
     * @throws java.net.ConnectException when the command was not sent at all
     */
    RespValue call(String key, Object... command) throws IOException;

    /** Closes the connections; the next call connects again. */
    void hangUp();
}
