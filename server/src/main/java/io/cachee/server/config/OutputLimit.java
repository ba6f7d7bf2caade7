package io.cachee.server.config;

/**
 * How much a client may leave unread: at once, and for how long how much. Never unlimited.
 *
 * @param hardBytes more than this closes the connection
 * @param softBytes more than this for longer than {@code softSeconds} does, too
 * @param softSeconds how long
 */
public record OutputLimit(long hardBytes, long softBytes, int softSeconds) {
    @Override
    public String toString() {
        return hardBytes + " " + softBytes + " " + softSeconds;
    }
}
