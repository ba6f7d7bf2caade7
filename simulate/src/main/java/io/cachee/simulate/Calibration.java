package io.cachee.simulate;

import io.cachee.store.Eviction;

/**
 * Finds the region in which the store holds a given number of entries of one size. A store is filled with keys that
 * never come again until evictions are steady, its entries are counted, and the region is scaled; what the region's
 * granularity of whole segments leaves over is taken up by the values' size, unless that was given.
 *
 * @param regionBytes the region
 * @param valueBytes the size of the values
 * @param heldEntries how many entries it was found to hold
 */
record Calibration(long regionBytes, long valueBytes, double heldEntries) {
    /** How far a store may be from the number of entries asked for. */
    static final double TOLERANCE = 0.002;

    private static final int MAX_ROUNDS = 8;
    private static final int ROUNDS_OF_REGION = 4;
    private static final int PAGE = 4096;
    /** The first guess, which the rounds correct. */
    private static final int OVERHEAD_BYTES = 20;

    private static final double START_SHARE = 1.01;
    private static final int SAMPLES = 64;
    private static final int LEAST_VALUE_BYTES = 100;
    private static final long SMALL_PAYLOAD_BYTES = 3L << 19;
    private static final long MIDDLE_PAYLOAD_BYTES = 15L << 18;
    private static final long LARGE_PAYLOAD_BYTES = 14L << 20;
    private static final int FEW_ENTRIES = 2_000;
    private static final int MANY_ENTRIES = 20_000;

    /** For values of a size that fills a region of a few MiB, so that it has some hundred segments. */
    static Calibration forEntries(long entries, Eviction eviction) {
        long payload = entries < FEW_ENTRIES
                ? SMALL_PAYLOAD_BYTES
                : entries < MANY_ENTRIES ? MIDDLE_PAYLOAD_BYTES : LARGE_PAYLOAD_BYTES;
        long valueBytes = Math.max(LEAST_VALUE_BYTES, payload / entries - Workload.KEY_BYTES);
        return search(entries, valueBytes, true, eviction);
    }

    /**
     * For values of this size.
     *
     * @throws IllegalArgumentException if the region would be smaller or larger than a store can be
     */
    static Calibration forEntries(long entries, long valueBytes, Eviction eviction) {
        return search(entries, valueBytes, false, eviction);
    }

    /**
     * Another try after a replay in which the store held {@code held} entries: what it holds depends a little on the
     * workload, because entries that move leave gaps behind.
     */
    Calibration corrected(long entries, double held, boolean byValueSize) {
        return byValueSize
                ? new Calibration(regionBytes, resized(valueBytes, held / entries), held)
                : new Calibration(wholePages(regionBytes * entries / held), valueBytes, held);
    }

    private static Calibration search(long entries, long startValueBytes, boolean mayResize, Eviction eviction) {
        long valueBytes = startValueBytes;
        double wanted = entries * (valueBytes + Workload.KEY_BYTES + OVERHEAD_BYTES) * START_SHARE;
        requirePossible(entries, valueBytes, wanted);
        long regionBytes = wholePages(wanted);
        double held = fill(regionBytes, valueBytes, eviction);
        Calibration best = new Calibration(regionBytes, valueBytes, held);
        for (int round = 1; round < MAX_ROUNDS && !best.isWithin(entries); round++) {
            if (round < ROUNDS_OF_REGION || !mayResize) {
                wanted = regionBytes * entries / held;
                requirePossible(entries, valueBytes, wanted);
                regionBytes = wholePages(wanted);
            } else {
                valueBytes = resized(valueBytes, held / entries);
            }
            held = fill(regionBytes, valueBytes, eviction);
            if (Math.abs(held - entries) < Math.abs(best.heldEntries - entries)) {
                best = new Calibration(regionBytes, valueBytes, held);
            }
        }
        return best;
    }

    private static void requirePossible(long entries, long valueBytes, double regionBytes) {
        if (regionBytes < StoreUnderTest.MIN_REGION_BYTES || regionBytes > StoreUnderTest.MAX_REGION_BYTES) {
            boolean small = regionBytes < StoreUnderTest.MIN_REGION_BYTES;
            throw new IllegalArgumentException(entries + " entries with values of " + valueBytes + " bytes need a "
                    + "region of about " + (long) regionBytes + " bytes; "
                    + (small ? "the smallest has 1 MiB: take larger values" : "the largest has 64 GiB"));
        }
    }

    private static long wholePages(double bytes) {
        return Math.max(StoreUnderTest.MIN_REGION_BYTES, Math.round(bytes / PAGE) * PAGE);
    }

    private static long resized(long valueBytes, double scale) {
        long whole = valueBytes + Workload.KEY_BYTES + OVERHEAD_BYTES;
        return Math.max(0, Math.round(whole * scale) - Workload.KEY_BYTES - OVERHEAD_BYTES);
    }

    boolean isWithin(long entries) {
        return isWithin(entries, heldEntries);
    }

    /** Within the tolerance, or the nearest whole number. */
    static boolean isWithin(long entries, double held) {
        return Math.abs(held - entries) <= Math.max(0.5, TOLERANCE * entries);
    }

    /** The number of entries that a store holds while keys that never come again stream through it. */
    static double fill(long regionBytes, long valueBytes, Eviction eviction) {
        try (StoreUnderTest store = StoreUnderTest.open(regionBytes, eviction, valueBytes)) {
            long most = regionBytes / (valueBytes + Workload.KEY_BYTES) + SAMPLES;
            long id = 0;
            while (!store.isFull() && id < most) {
                for (int i = 0; i < SAMPLES; i++) {
                    store.request(id++, valueBytes);
                }
            }
            long turnover = store.entries() + store.entries() / 2;
            for (long end = id + turnover; id < end; id++) {
                store.request(id, valueBytes);
            }
            long distance = Math.max(1, turnover / SAMPLES);
            double sum = 0;
            for (int sample = 0; sample < SAMPLES; sample++) {
                for (long end = id + distance; id < end; id++) {
                    store.request(id, valueBytes);
                }
                sum += store.entries();
            }
            return sum / SAMPLES;
        }
    }
}
