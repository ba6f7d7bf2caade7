package io.cachee.store;

/**
 * The order in which segments of the small log were opened, which tells how old its records are. Changed under the
 * monitor of {@link Segments}, read by any thread; a reader that comes between two changes makes a wrong guess once.
 */
final class ProbationAges {
    private final int[] sequence;
    private volatile int newest;
    private volatile int oldest;

    ProbationAges(int segmentCount) {
        this.sequence = new int[segmentCount];
    }

    void opened(int segment, boolean isOnlyOne) {
        int number = newest + 1;
        newest = number;
        sequence[segment] = number;
        if (isOnlyOne) {
            oldest = number;
        }
    }

    /** The oldest segment is taken out of the log. */
    void taken(int segment) {
        oldest = sequence[segment];
    }

    /** Whether a segment belongs to the younger part of the log; {@code share} of its length counts as young. */
    boolean isYoung(int segment, double share) {
        int seen = newest;
        int age = seen - sequence[segment];
        return age < share * (seen - oldest + 1);
    }
}
