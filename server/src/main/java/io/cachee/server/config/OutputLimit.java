package io.cachee.server.config;

/**
 * How many bytes of replies a client may leave unread. There is always a limit.
 *
 * @param hardBytes more than this closes the connection at once
 * @param softBytes more than this for longer than {@code softSeconds} closes it, too
 * @param softSeconds how long the client may be above the soft limit
 */
public record OutputLimit(long hardBytes, long softBytes, int softSeconds) {
    @Override
    public String toString() {
        return hardBytes + " " + softBytes + " " + softSeconds;
    }
}
