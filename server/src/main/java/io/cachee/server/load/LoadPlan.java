package io.cachee.server.load;

/**
 * The load to put on a server.
 *
 * @param clients connections
 * @param threads that drive them
 * @param pipeline requests sent at once on a connection
 * @param readPercent share of GETs among the requests; the others are SETs
 * @param keys how many there are
 * @param skew of Zipf's law by which keys are drawn; 0 draws them all alike
 * @param valueBytes of each value
 * @param ratePerSecond requests a second, come what may; 0 for as many as get answered
 * @param seconds how long to measure
 * @param warmUpSeconds how long to run before
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
        double warmUpSeconds) {}
