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
    /** A working set has been reported when a tick brings less than this part of what its window has brought. */
    private static final int NOTHING_NEW = 64;
    /** Which bits of a hash choose the mark differs from one window to the next. */
    private static final int SHIFTS = 52;

    private static final int NEXT_SHIFT = 11;

    /** Receives the hashes of keys that were read elsewhere. */
    interface Listener {
        void hit(long hash);
    }

    private final Region region;
    /**
     * Which window a report was last made in, for each group of keys: of a group's keys the first that is read in a
     * window is reported, and no other. The groups are others in each window. Were it remembered which key it was, two
     * keys of a group that are read often would drive each other out, and nearly every read of theirs be a report.
     */
    private final byte[] recent = new byte[RECENT];

    private byte window = 1;
    private int shift;
    private int next = (int) ProcessHandle.current().pid() * 31;
    /**
     * Whether nearly all that is being read has been reported in this window: to look at {@link #recent} for each read
     * would cost a tenth of the read and find nothing. A steady flow of new keys never sets it.
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

    /** Null when this is not the channel of that store. */
    static @org.jspecify.annotations.Nullable HitChannel join(Region region, long instance) {
        boolean fits = region.size() == BYTES && region.getLong(0) == MAGIC && region.getLong(8) == instance;
        return fits ? new HitChannel(region) : null;
    }

    /** Reports a hit, unless this key, or another of its group, was reported lately. Any thread; races lose reports. */
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

    /** To be called every few milliseconds, by one thread. Begins a window now and then, for which all is new. */
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
