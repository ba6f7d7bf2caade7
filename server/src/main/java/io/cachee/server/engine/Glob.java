package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/**
 * A pattern as in KEYS: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, and a backslash before a character that is
 * meant literally. Matching takes at most the length of the pattern times the length of the text in steps, because it
 * only ever backtracks to the last star. The steps have a limit besides, which a pattern and a text of 500 bytes each
 * cannot reach.
 */
public final class Glob {
    /** The most steps of one match. */
    public static final int MOST_STEPS = 1 << 18;

    private final byte[] pattern;
    private final boolean all;

    public Glob(byte[] pattern) {
        this.pattern = pattern;
        this.all = pattern.length == 1 && pattern[0] == '*';
    }

    boolean matchesAll() {
        return all;
    }

    boolean isWrittenAs(byte[] text) {
        return Arrays.equals(pattern, text);
    }

    /** Whether the text matches; false also if it would take more than {@link #MOST_STEPS} to find out. */
    public boolean matches(byte[] text) {
        return matches(text, 0, text.length);
    }

    public boolean matches(byte[] text, int from, int to) {
        return isMatch(match(text, from, to, MOST_STEPS));
    }

    /** Matches a text. {@link #isMatch} and {@link #steps} tell the result, and how many steps that took. */
    public long match(byte[] text, long mostSteps) {
        return match(text, 0, text.length, mostSteps);
    }

    /** Whether the text matched. */
    public static boolean isMatch(long result) {
        return (result & 1) == 1;
    }

    /** How many steps a match took; as many as were allowed, or more, if it did not come to its end. */
    public static long steps(long result) {
        return result >>> 1;
    }

    private long match(byte[] text, int from, int to, long mostSteps) {
        if (all) {
            return 1;
        }
        int p = 0;
        int t = from;
        int starPattern = -1;
        int starText = 0;
        long steps = 0;
        while (t < to && steps < mostSteps) {
            steps++;
            if (p < pattern.length && pattern[p] == '*') {
                starPattern = ++p;
                starText = t;
                continue;
            }
            if (p < pattern.length) {
                int next = next(p);
                steps += next - p - 1;
                if (matchesOne(p, text[t])) {
                    p = next;
                    t++;
                    continue;
                }
            }
            if (starPattern < 0) {
                return steps << 1;
            }
            p = starPattern;
            t = ++starText;
        }
        while (p < pattern.length && pattern[p] == '*' && steps < mostSteps) {
            steps++;
            p++;
        }
        return steps << 1 | (t == to && p == pattern.length ? 1 : 0);
    }

    private boolean matchesOne(int at, byte character) {
        return switch (pattern[at]) {
            case '?' -> true;
            case '[' -> inClass(at, character & 0xff);
            case '\\' -> at + 1 < pattern.length ? pattern[at + 1] == character : character == '\\';
            default -> pattern[at] == character;
        };
    }

    /** Where the element after the one at {@code at} begins. */
    private int next(int at) {
        return switch (pattern[at]) {
            case '[' -> endOfClass(at);
            case '\\' -> Math.min(at + 2, pattern.length);
            default -> at + 1;
        };
    }

    private boolean isEscape(int at) {
        return pattern[at] == '\\' && at + 1 < pattern.length;
    }

    /** Whether a range begins there. As in Redis, the end of a range may be a bracket. */
    private boolean isRange(int at) {
        return at + 2 < pattern.length && pattern[at + 1] == '-';
    }

    private int endOfClass(int at) {
        int i = at + 1;
        if (i < pattern.length && pattern[i] == '^') {
            i++;
        }
        while (i < pattern.length && pattern[i] != ']') {
            i += isEscape(i) ? 2 : isRange(i) ? 3 : 1;
        }
        return Math.min(i + 1, pattern.length);
    }

    private boolean inClass(int at, int character) {
        int i = at + 1;
        boolean negated = i < pattern.length && pattern[i] == '^';
        if (negated) {
            i++;
        }
        boolean found = false;
        while (i < pattern.length && pattern[i] != ']') {
            if (isEscape(i)) {
                found |= (pattern[i + 1] & 0xff) == character;
                i += 2;
            } else if (isRange(i)) {
                int low = Math.min(pattern[i] & 0xff, pattern[i + 2] & 0xff);
                int high = Math.max(pattern[i] & 0xff, pattern[i + 2] & 0xff);
                found |= low <= character && character <= high;
                i += 3;
            } else {
                found |= (pattern[i] & 0xff) == character;
                i++;
            }
        }
        return found != negated;
    }

    @Override
    public String toString() {
        return new String(pattern, ISO_8859_1);
    }
}
