package io.cachee.server.engine;

import io.cachee.server.config.OutputLimit;

/** Settings that CONFIG SET may change while the sidecar runs. */
public final class Tunables {
    volatile int maxClients = 10_000;
    volatile int timeoutSeconds;
    volatile int tcpKeepaliveSeconds = 300;
    volatile long slowlogMicros = 10_000;
    volatile int slowlogMaxLength = 128;
    volatile int aclLogMaxLength = 128;
    volatile long latencyThresholdMillis;
    volatile int trackingTableMaxKeys = 100_000;
    volatile OutputLimit normalOutput = new OutputLimit(64L << 20, 32L << 20, 60);
    volatile OutputLimit pubSubOutput = new OutputLimit(32L << 20, 8L << 20, 60);
    volatile int queryBufferBytes = 64 << 20;
    /** Chosen at the start from the memory of the container. */
    volatile MemoryLimits memory = MemoryLimits.DEFAULT;

    /** What may be kept in memory. */
    public MemoryLimits memory() {
        return memory;
    }

    /** Sets what may be kept in memory. Call before accepting clients. */
    public void limitMemory(MemoryLimits limits) {
        memory = limits;
    }

    /** How many clients may be connected. */
    public int maxClients() {
        return maxClients;
    }

    /** How many seconds a client may be idle; 0 for any time. */
    public int timeoutSeconds() {
        return timeoutSeconds;
    }

    /** The limit on the unread replies of a client that does not listen for messages. */
    public OutputLimit normalOutput() {
        return normalOutput;
    }

    /** How many milliseconds an event must take to be kept for LATENCY; 0 if none is kept. */
    public long latencyThresholdMillis() {
        return latencyThresholdMillis;
    }

    /** The largest size of a request. */
    public int queryBufferBytes() {
        return queryBufferBytes;
    }
}
