package io.cachee.server.engine;

import java.io.IOException;

/** An address at which the sidecar cannot listen, and why, in plain words: some transports tell a number only. */
public final class ListenFailure {
    private ListenFailure() {}

    /** The failure to listen where a flag says. */
    public static IOException of(String flag, Object address, Exception cause) {
        String place = address.toString().replaceFirst("^/", "");
        String reason = reason(String.valueOf(cause.getMessage()));
        return new IOException(flag + ": cannot listen at " + place + ": " + reason, cause);
    }

    private static String reason(String message) {
        if (message.contains("(-98)") || message.contains("already in use")) {
            return "address already in use";
        }
        if (message.contains("(-99)") || message.contains("assign requested address")) {
            return "this machine has no such address";
        }
        return message.contains("(-13)") || message.contains("ermission denied") ? "permission denied" : message;
    }
}
