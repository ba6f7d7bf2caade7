package io.cachee.nearcache;

/**
 * When generations ended. The values of a generation were current until it ended, and grow stale from then on. Only the
 * latest generations are remembered; values of older ones may not be served. One thread writes, any thread reads.
 */
final class EndedGenerations {
    private static final int REMEMBERED = 256;
    private static final long UNKNOWN = -1;

    private record Ended(int generation, long at) {}

    private volatile Ended[] ended = {};

    void ended(int generation, long now) {
        Ended[] before = ended;
        int kept = Math.min(before.length, REMEMBERED - 1);
        Ended[] after = new Ended[kept + 1];
        after[0] = new Ended(generation, now);
        System.arraycopy(before, 0, after, 1, kept);
        ended = after;
    }

    /** When a generation ended, or a negative number when that is not known. */
    long endOf(int generation) {
        for (Ended one : ended) {
            if (one.generation == generation) {
                return one.at;
            }
        }
        return UNKNOWN;
    }
}
