package io.cachee.server.cli;

import java.util.Locale;

/** How findings are written. */
enum OutputFormat {
    TEXT,
    JSON;

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
