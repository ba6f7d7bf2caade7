package io.cachee.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The versions that were written to one key, one after the other. A key whose last write had no answer takes no more:
 * nobody knows what came of that.
 */
final class KeyHistory {
    final String key;
    /** Held by who writes, so that versions come to L2 in their order. */
    final ReentrantLock writing = new ReentrantLock();
    /** When each version was acknowledged; that of version 1 first. */
    private final List<Long> acknowledged = new ArrayList<>();

    private volatile boolean uncertain;

    KeyHistory(String key) {
        this.key = key;
    }

    synchronized int next() {
        return acknowledged.size() + 1;
    }

    synchronized void acknowledge(long nanos) {
        acknowledged.add(nanos);
    }

    void giveUp() {
        uncertain = true;
    }

    boolean isUncertain() {
        return uncertain;
    }

    /** For how long the version had been outdated when a read began. */
    synchronized long outdatedNanos(int version, long readBegan) {
        return version >= acknowledged.size() ? 0 : Math.max(0, readBegan - acknowledged.get(version));
    }

    /** The value that stands for a version. */
    String value(int version) {
        return key + "#" + version;
    }

    /** The version that a value stands for, 0 for no value; one of another key is refused. */
    int version(String value) {
        if (!value.startsWith(key + "#")) {
            throw new IllegalStateException(key + " has the value " + value);
        }
        return Integer.parseInt(value.substring(key.length() + 1));
    }
}
