package io.cachee.store;

/**
 * Keys that are about to be used, as ranges of a buffer. {@link Store#prefetch} loads the memory of their entries all
 * at once. A batch is reused, by one thread at a time.
 */
public final class KeyBatch {
    /** The entries of more keys would evict each other from the processor's first-level cache. */
    static final int MOST = 64;

    private static final byte[] NOTHING = {};

    final int[] starts = new int[MOST];
    final int[] ends = new int[MOST];
    final long[] hashes = new long[MOST];
    final boolean[] written = new boolean[MOST];
    /** First offsets of slots, then slots, then addresses of records. */
    final long[] places = new long[MOST];

    byte[] buffer = NOTHING;
    int count;
    int writes;
    /** The sum of what was read. Nobody uses it; without it the compiler would drop the loads. */
    long sum;

    /** Empties the batch. The keys to be added lie in this buffer. */
    public void begin(byte[] keys) {
        buffer = keys;
        count = 0;
        writes = 0;
    }

    /** Adds a key, unless the batch is full. */
    public void add(int start, int end) {
        add(start, end, false);
    }

    /** Adds a key that is about to be written, unless the batch is full. */
    public void addWritten(int start, int end) {
        add(start, end, true);
    }

    private void add(int start, int end, boolean isWritten) {
        if (!isFull() && end - start <= Store.MAX_KEY_SIZE) {
            starts[count] = start;
            ends[count] = end;
            written[count++] = isWritten;
            writes += isWritten ? 1 : 0;
        }
    }

    /** Whether the batch is full. */
    public boolean isFull() {
        return count == MOST;
    }

    /** The number of keys. */
    public int count() {
        return count;
    }

    /** Whether a key is about to be written. */
    public boolean isWritten(int key) {
        return written[key];
    }

    /** Where a key begins in the buffer. */
    public int start(int key) {
        return starts[key];
    }

    /** Where a key ends, exclusively. */
    public int end(int key) {
        return ends[key];
    }
}
