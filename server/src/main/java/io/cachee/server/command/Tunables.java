package io.cachee.server.command;

import io.cachee.server.config.OutputLimit;

/** Settings that CONFIG SET may change while the sidecar runs. */
final class Tunables {
    volatile int maxClients = 10_000;
    volatile int timeoutSeconds;
    volatile int tcpKeepaliveSeconds = 300;
    volatile long slowlogMicros = 10_000;
    volatile int slowlogMaxLength = 128;
    volatile long latencyThresholdMillis;
    volatile int trackingTableMaxKeys = 100_000;
    volatile OutputLimit normalOutput = new OutputLimit(64L << 20, 32L << 20, 60);
    volatile OutputLimit pubSubOutput = new OutputLimit(32L << 20, 8L << 20, 60);
    volatile int queryBufferBytes = 64 << 20;
}
