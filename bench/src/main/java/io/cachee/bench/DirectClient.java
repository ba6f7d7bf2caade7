package io.cachee.bench;

import io.cachee.testkit.RespValue;
import java.io.IOException;

/** A client of L2 that speaks to no sidecar. */
interface DirectClient {
    /**
     * The reply to a command on one key.
     *
     * @throws java.net.ConnectException when the command was not sent at all
     */
    RespValue call(String key, Object... command) throws IOException;

    /** Closes what is open; the next call connects anew. */
    void hangUp();
}
