package io.cachee.store;

/**
 * Keys that are about to be asked for, as ranges of a buffer: {@link Store#bringIn} has their entries' memory come at
 * once. Reused; for one thread at a time.
 */
public final class KeyBatch {
    /** More would drive each other out of the processor's first cache. */
    static final int MOST = 64;

    private static final byte[] NOTHING = {};

    final int[] starts = new int[MOST];
    final int[] ends = new int[MOST];
    final long[] hashes = new long[MOST];
    final boolean[] written = new boolean[MOST];
    /** First slots, then the addresses of records. */
    final long[] places = new long[MOST];

    byte[] buffer = NOTHING;
    int count;
    int writes;
    /** What was read of memory: nothing that anybody asks for, but the compiler does not know that. */
    long sum;

    /** Begins anew, with keys that lie in this buffer. */
    public void begin(byte[] keys) {
        buffer = keys;
        count = 0;
        writes = 0;
    }

    /** Adds a key, unless it is full. */
    public void add(int start, int end) {
        add(start, end, false);
    }

    /** Adds a key that is about to be written, unless it is full. */
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

    /** Whether there is room for no more. */
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
