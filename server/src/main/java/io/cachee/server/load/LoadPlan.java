package io.cachee.server.load;

/**
 * The load to put on a server.
 *
 * @param clients connections
 * @param threads that drive them
 * @param pipeline requests that a connection sends at once
 * @param readPercent the share of GETs; the other requests are SETs
 * @param keys the number of different keys
 * @param skew the exponent of Zipf's law, by which keys are drawn; 0 draws all keys equally often
 * @param valueBytes the size of each value
 * @param ratePerSecond requests a second, sent on time whether or not earlier ones are answered; 0 sends the next
 *     requests when the last are answered
 * @param seconds how long to measure
 * @param warmUpSeconds how long the load runs before that
 */
public record LoadPlan(
        int clients,
        int threads,
        int pipeline,
        int readPercent,
        int keys,
        double skew,
        int valueBytes,
        long ratePerSecond,
        double seconds,
        double warmUpSeconds) {

    /** The usual load; everything can be changed. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a plan. What is not set has the default of {@code cachee bench}. */
    public static final class Builder {
        private int clients = 50;
        private int threads = 1;
        private int pipeline = 1;
        private int readPercent = 90;
        private int keys = 100_000;
        private double skew = 0.99;
        private int valueBytes = 100;
        private long ratePerSecond;
        private double seconds = 5;
        private double warmUpSeconds = 2;

        private Builder() {}

        public Builder clients(int value) {
            clients = value;
            return this;
        }

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        public Builder pipeline(int value) {
            pipeline = value;
            return this;
        }

        public Builder readPercent(int value) {
            readPercent = value;
            return this;
        }

        public Builder keys(int value) {
            keys = value;
            return this;
        }

        public Builder skew(double value) {
            skew = value;
            return this;
        }

        public Builder valueBytes(int value) {
            valueBytes = value;
            return this;
        }

        public Builder ratePerSecond(long value) {
            ratePerSecond = value;
            return this;
        }

        public Builder seconds(double value) {
            seconds = value;
            return this;
        }

        public Builder warmUpSeconds(double value) {
            warmUpSeconds = value;
            return this;
        }

        public LoadPlan build() {
            return new LoadPlan(
                    clients,
                    threads,
                    pipeline,
                    readPercent,
                    keys,
                    skew,
                    valueBytes,
                    ratePerSecond,
                    seconds,
                    warmUpSeconds);
        }
    }
}
