package io.cachee.server.net;

/**
 * Limits of connections that clients cannot change.
 *
 * @param strangerMillis how long a client may take to authenticate, where it has to
 * @param lingerMillis how long a client may take to read its last replies before it is cut off
 * @param tickMillis how often connections are checked
 * @param acceptRestMillis how long no connection is accepted after accepting one has failed
 * @param handshakeMillis how long a TLS handshake may take
 * @param mostHandshakes TLS handshakes under way at once
 * @param memory the memory of all clients together
 */
public record NetworkLimits(
        long strangerMillis,
        long lingerMillis,
        long tickMillis,
        long acceptRestMillis,
        long handshakeMillis,
        int mostHandshakes,
        BufferLimits memory) {
    public static final NetworkLimits DEFAULT = new Builder().build();

    /** Begins with these limits. */
    public Builder but() {
        Builder builder = new Builder();
        builder.strangerMillis = strangerMillis;
        builder.lingerMillis = lingerMillis;
        builder.tickMillis = tickMillis;
        builder.acceptRestMillis = acceptRestMillis;
        builder.handshakeMillis = handshakeMillis;
        builder.mostHandshakes = mostHandshakes;
        builder.memory = memory;
        return builder;
    }

    /** Collects limits. */
    public static final class Builder {
        private long strangerMillis = 30_000;
        private long lingerMillis = 5_000;
        private long tickMillis = 1_000;
        private long acceptRestMillis = 500;
        private long handshakeMillis = 5_000;
        private int mostHandshakes = 256;
        private BufferLimits memory = BufferLimits.DEFAULT;

        private Builder() {}

        Builder strangerMillis(long millis) {
            strangerMillis = millis;
            return this;
        }

        Builder lingerMillis(long millis) {
            lingerMillis = millis;
            return this;
        }

        Builder tickMillis(long millis) {
            tickMillis = millis;
            return this;
        }

        Builder acceptRestMillis(long millis) {
            acceptRestMillis = millis;
            return this;
        }

        Builder handshakeMillis(long millis) {
            handshakeMillis = millis;
            return this;
        }

        Builder mostHandshakes(int most) {
            mostHandshakes = most;
            return this;
        }

        public Builder memory(BufferLimits limits) {
            memory = limits;
            return this;
        }

        public NetworkLimits build() {
            return new NetworkLimits(
                    strangerMillis,
                    lingerMillis,
                    tickMillis,
                    acceptRestMillis,
                    handshakeMillis,
                    mostHandshakes,
                    memory);
        }
    }
}
