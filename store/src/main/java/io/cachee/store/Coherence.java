package io.cachee.store;

/**
 * Counters by which a holder of copies learns that they are outdated. Each key has one, which it shares with others;
 * two more, in the header, count how often everything was cleared and how often all copies were declared outdated.
 */
final class Coherence {
    private final Region region;
    private final Layout layout;
    private final long instance;

    Coherence(Region region, Layout layout) {
        this.region = region;
        this.layout = layout;
        this.instance = region.getLong(HeaderDescriptor.INSTANCE_OFFSET);
    }

    /**
     * A number that differs after the key, or another key that shares its counter, has changed, after everything was
     * cleared, and after all copies were outdated. The instance id in it keeps a copy from looking current after the
     * writer has restarted.
     */
    long of(long hash) {
        long counter = region.getLongAcquire(layout.counterOffset(hash));
        long cleared = region.getLongAcquire(HeaderDescriptor.EPOCH_OFFSET) << 48;
        long outdated = region.getLongAcquire(HeaderDescriptor.COPIES_OFFSET) << 32;
        return instance + cleared + outdated + counter;
    }

    /** Moves the counter of a key and returns the low part of what it becomes. */
    int bump(long hash) {
        return (int) region.getAndAddLong(layout.counterOffset(hash), 1) + 1;
    }

    /** Declares all copies outdated, of whatever keys. */
    void outdateAll() {
        region.getAndAddLong(HeaderDescriptor.COPIES_OFFSET, 1);
    }
}
