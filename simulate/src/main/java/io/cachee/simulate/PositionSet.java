package io.cachee.simulate;

/** A set of positions that finds its highest quickly: bits, and above them bits for the words that are not empty. */
final class PositionSet {
    private static final int SHIFT = 6;

    private final long[][] levels;

    PositionSet(int size) {
        int depth = 1;
        for (int words = words(size); words > 1; words = words(words)) {
            depth++;
        }
        levels = new long[depth][];
        int bits = size;
        for (int level = 0; level < depth; level++) {
            bits = words(bits);
            levels[level] = new long[bits];
        }
    }

    private static int words(int bits) {
        return Math.max(1, (int) ((bits + 63L) >>> SHIFT));
    }

    boolean contains(int position) {
        return (levels[0][position >>> SHIFT] & 1L << position) != 0;
    }

    void add(int position) {
        int at = position;
        for (long[] level : levels) {
            level[at >>> SHIFT] |= 1L << at;
            at >>>= SHIFT;
        }
    }

    void remove(int position) {
        int at = position;
        for (long[] level : levels) {
            level[at >>> SHIFT] &= ~(1L << at);
            if (level[at >>> SHIFT] != 0) {
                return;
            }
            at >>>= SHIFT;
        }
    }

    /** The highest position, or -1. */
    int highest() {
        int at = 0;
        for (int level = levels.length - 1; level >= 0; level--) {
            long word = levels[level][at];
            if (word == 0) {
                return -1;
            }
            at = at << SHIFT | 63 - Long.numberOfLeadingZeros(word);
        }
        return at;
    }
}
