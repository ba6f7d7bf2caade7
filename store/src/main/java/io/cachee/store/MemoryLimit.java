package io.cachee.store;

/**
 * The most bytes that entries may take, which may be less than the region has room for. Counted are the records that
 * are in use, with their headers. The limit can be changed by any thread at any time; the {@link Reclaimer} evicts down
 * to it step by step.
 */
final class MemoryLimit {
    /** Entries may take all the room that the region has. */
    static final long NONE = Long.MAX_VALUE;

    private final Segments segments;
    private volatile long bytes = NONE;

    MemoryLimit(Segments segments) {
        this.segments = segments;
    }

    void set(long mostBytes) {
        bytes = mostBytes;
    }

    long bytes() {
        return bytes;
    }

    /** Whether entries with this many bytes more than now would exceed the limit. */
    boolean isExceededWith(long moreBytes) {
        long most = bytes;
        return most != NONE && liveBytes() > most - moreBytes;
    }

    private long liveBytes() {
        long sum = 0;
        for (int log = 0; log < Segments.LOGS; log++) {
            sum += segments.liveBytesIn(log);
        }
        return sum;
    }
}
