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
    private static final int TICKS_PER_WINDOW = 25;
    /** A working set counts as reported when a tick adds less than this part of what its window has brought. */
    private static final int NOTHING_NEW = 64;
    /** The bits of a hash that choose its group differ from one window to the next. */
    private static final int SHIFTS = 52;

    private static final int NEXT_SHIFT = 11;

    /** Receives the hashes of keys that were read elsewhere. */
    interface Listener {
        void hit(long hash);
    }

    private final Region region;
    /**
     * The window in which each group of keys was last reported. Only the first key of a group that is read in a window
     * is reported, and the groups differ from window to window. If the key were remembered instead of the window, two
     * keys of a group that are read often would replace each other, and nearly every read of them would be reported.
     */
    private final byte[] recent = new byte[RECENT];

    private byte window = 1;
    private int shift;
    private int next = (int) ProcessHandle.current().pid() * 31;
    /**
     * Whether nearly everything that is being read has been reported in this window. Looking at {@link #recent} would
     * then cost a tenth of each read and find nothing. A steady flow of new keys never sets this.
     */
    private boolean isReported;

    private int ticks;
    private int nextAtWindow = next;
    private int nextAtTick = next;

    private HitChannel(Region region) {
        this.region = region;
    }

    static HitChannel create(Region region, long instance) {
        region.setLong(8, instance);
        region.setLong(0, MAGIC);
        return new HitChannel(region);
    }

    /** The channel of a store, or null when it belongs to another. */
    static @org.jspecify.annotations.Nullable HitChannel join(Region region, long instance) {
        boolean fits = region.size() == BYTES && region.getLong(0) == MAGIC && region.getLong(8) == instance;
        return fits ? new HitChannel(region) : null;
    }

    /**
     * Reports a hit, unless this key or another of its group was reported in this window. Any thread may call it; races
     * lose reports.
     */
    void report(long hash) {
        if (isReported) {
            return;
        }
        int group = (int) (hash >>> shift) & RECENT - 1;
        if (recent[group] != window) {
            recent[group] = window;
            int cell = next++ & CELL_MASK;
            if (cell >= FIRST_CELL) {
                region.setLong(8L * cell, hash);
            }
        }
    }

    /** Begins a new window from time to time. To be called every few milliseconds, by one thread. */
    void tick() {
        int now = next;
        if (++ticks % TICKS_PER_WINDOW == 0) {
            window++;
            shift = (shift + NEXT_SHIFT) % SHIFTS;
            isReported = false;
            nextAtWindow = now;
        } else if (now - nextAtTick < (now - nextAtWindow) / NOTHING_NEW) {
            isReported = true;
        }
        nextAtTick = now;
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
