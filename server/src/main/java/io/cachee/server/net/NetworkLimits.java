package io.cachee.server.net;

/**
 * Limits of connections that clients cannot change.
 *
 * @param strangerMillis how long a client may take to say who it is, where that is asked for
 * @param lingerMillis how long a client that is to be disconnected may take to take its last replies
 * @param tickMillis how often connections are looked at
 * @param acceptRestMillis how long no connection is accepted after one could not be
 * @param handshakeMillis how long a TLS handshake may take
 * @param mostHandshakes TLS handshakes under way at once
 * @param queryTotalBytes of unfinished and waiting requests of all clients together
 * @param outputTotalBytes of replies that clients have not taken yet, of all clients together
 */
public record NetworkLimits(
        long strangerMillis,
        long lingerMillis,
        long tickMillis,
        long acceptRestMillis,
        long handshakeMillis,
        int mostHandshakes,
        long queryTotalBytes,
        long outputTotalBytes) {
    /** What is usual. */
    public static final NetworkLimits DEFAULT =
            new NetworkLimits(30_000, 5_000, 1_000, 500, 5_000, 256, 64L << 20, 64L << 20);

    /** The same, with so many bytes for requests and for replies of all clients together. */
    public NetworkLimits clientBuffersTotal(long bytes) {
        return new NetworkLimits(
                strangerMillis,
                lingerMillis,
                tickMillis,
                acceptRestMillis,
                handshakeMillis,
                mostHandshakes,
                bytes,
                bytes);
    }
}
