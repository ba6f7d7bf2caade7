package io.cachee.store;

/**
 * Where readers in other processes report their hits: a file of its own, so that the store's file can stay
 * read-only for them. It holds key hashes in no order; zero is an empty cell. Reports may be lost, repeated or
 * invented; the eviction policy is all they can influence.
 *
 * <pre>
 *   0 magic   8 instance id of the store   16 reserved   64 cells, 8 bytes each, to the end at 64 KiB
 * </pre>
 */
final class HitChannel {
    static final int BYTES = 1 << 16;
    private static final long MAGIC = 0x0A53_5449_4845_4843L;
    private static final int FIRST_CELL = 8;
    private static final int CELLS = BYTES / 8;
    private static final int CELL_MASK = CELLS - 1;
    private static final int RECENT = 4096;

    /** Receives the hashes of keys that were read elsewhere. */
    interface Listener {
        void hit(long hash);
    }

    private final Region region;
    /**
     * What was reported in this window: a key that is read again and again takes one cell a window. One byte a key
     * mistakes a few keys for others; reports may be lost, and the table stays small in the cache of every reader.
     */
    private final byte[] recent = new byte[RECENT];

    private int window;
    private int next = (int) ProcessHandle.current().pid() * 31;

    private HitChannel(Region region) {
        this.region = region;
    }

    static HitChannel create(Region region, long instance) {
        region.setLong(8, instance);
        region.setLong(0, MAGIC);
        return new HitChannel(region);
    }

    /** Null when this is not the channel of that store. */
    static @org.jspecify.annotations.Nullable HitChannel join(Region region, long instance) {
        boolean fits = region.size() == BYTES && region.getLong(0) == MAGIC && region.getLong(8) == instance;
        return fits ? new HitChannel(region) : null;
    }

    /** Reports a hit, unless this key was reported lately. Called by any thread; races lose reports. */
    void report(long hash) {
        byte mark = (byte) ((hash >>> 16) + window);
        int at = (int) hash & RECENT - 1;
        if (recent[at] != mark) {
            recent[at] = mark;
            int cell = next++ & CELL_MASK;
            if (cell >= FIRST_CELL) {
                region.setLong(8L * cell, hash);
            }
        }
    }

    /** Begins a new window, in which each key may be reported again. */
    void renew() {
        window += 0x9E3779B1;
    }

    void drain(Listener listener) {
        for (int cell = FIRST_CELL; cell < CELLS; cell++) {
            long hash = region.getLong(8L * cell);
            if (hash != 0) {
                region.setLong(8L * cell, 0);
                listener.hit(hash);
            }
        }
    }
}
