package io.cachee.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The versions that were written to one key, one after the other. A key whose last write had no answer takes no more:
 * nobody knows what came of that.
 *
 * <p>When L2 goes over to a replica it may lose what it has acknowledged. A new term begins then: nothing is judged
 * until L2 has said what it has, and from that moment on every other version is outdated, older ones and lost ones.
 */
final class KeyHistory {
    /** There is no term, because the content of L2 is not known. */
    static final int UNSETTLED = -1;

    final String key;
    /** Held by the writer, so that versions reach L2 in order. */
    final ReentrantLock writing = new ReentrantLock();
    /** When each version was acknowledged; that of version 1 first. */
    private final List<Long> acknowledged = new ArrayList<>();

    private int term;
    private boolean settled = true;
    /** What L2 had when the term began, when it said so, and the last version that it had acknowledged by then. */
    private int first;

    private long firstNanos;
    private int lastBefore;
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

    /** The present term, or {@link #UNSETTLED}. */
    synchronized int term() {
        return settled ? term : UNSETTLED;
    }

    /** Marks that L2 may lose versions from now on. */
    synchronized void mayGoBack() {
        settled = false;
        term++;
    }

    /**
     * L2 has said what it has, while nobody was writing.
     *
     * @return how many acknowledged versions it has lost
     */
    synchronized int settle(int version, long nanos) {
        if (version > acknowledged.size()) {
            throw new IllegalStateException(key + " has version " + version + " of " + acknowledged.size());
        }
        first = version;
        firstNanos = nanos;
        lastBefore = acknowledged.size();
        settled = true;
        return lastBefore - version;
    }

    /** For how long the version had been outdated when a read began; negative when its term is over, or was none. */
    synchronized long outdatedNanos(int version, long readBegan, int readTerm) {
        if (!settled || readTerm != term) {
            return -1;
        }
        if (version < first || (version > first && version <= lastBefore)) {
            return Math.max(0, readBegan - firstNanos);
        }
        int next = version == first ? lastBefore + 1 : version + 1;
        return next > acknowledged.size() ? 0 : Math.max(0, readBegan - acknowledged.get(next - 1));
    }

    /** The value that stands for a version. */
    String value(int version) {
        return key + "#" + version;
    }

    /** The version that a value stands for; 0 for no value. A value of another key is refused. */
    int version(String value) {
        if (!value.startsWith(key + "#")) {
            throw new IllegalStateException(key + " has the value " + value);
        }
        return Integer.parseInt(value.substring(key.length() + 1));
    }
}
