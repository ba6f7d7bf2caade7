package io.cachee.nearcache;

/**
 * When generations ended: until then their values were current, and from then on they grow stale. The latest ones are
 * remembered; of an older one it is not known, so that nothing of it may be served. Written by one thread.
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

    /** When it ended, or a negative number when that is not known. From any thread. */
    long endOf(int generation) {
        for (Ended one : ended) {
            if (one.generation == generation) {
                return one.at;
            }
        }
        return UNKNOWN;
    }
}
