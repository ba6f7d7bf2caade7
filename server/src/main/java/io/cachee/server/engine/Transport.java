package io.cachee.server.engine;

import java.util.Locale;

/** How clients connect to the sidecar. */
public enum Transport {
    TCP,
    UNIX,
    TLS;

    /** The name in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
