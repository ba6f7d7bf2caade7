package io.cachee.resp;

import java.util.Arrays;

/**
 * The requests at the beginning of what has arrived that are complete and plainly made. They are found in one go, so
 * that all of them can be looked at before the first is run. Most requests are such. The {@link RequestDecoder} takes
 * them one by one, and decodes the others itself, and whatever is wrong with one. Valid while the buffer stays as it
 * is. One per event loop.
 */
public final class RequestsAhead {
    private static final int MOST = 64;
    private static final int MOST_ARGUMENTS = 1024;
    /** A length with more digits is none that anything could have arrived of. */
    private static final int MOST_DIGITS = 8;

    private final int[] bounds = new int[2 * MOST_ARGUMENTS];
    private final Request request = new Request(bounds);
    /** Where in the bounds each begins; and the end of the last. */
    private final int[] firsts = new int[MOST + 1];

    private final int[] ends = new int[MOST];
    private int count;
    private int taken;
    private byte[] buffer = Request.NOTHING;
    /** What {@link #line} found. */
    private int number;

    /** Finds the requests between two places of a buffer that keep to the limits. */
    void find(byte[] in, int from, int limit, RespLimits limits) {
        clear();
        buffer = in;
        int at = from;
        while (count < MOST && at < limit) {
            at = find(at, limit, limits);
            if (at < 0) {
                return;
            }
            ends[count++] = at;
        }
    }

    /** The end of the request that begins at a place, or -1. */
    private int find(int start, int limit, RespLimits limits) {
        byte[] in = buffer;
        int at = line(in, start, limit, '*');
        int arguments = number;
        int bound = firsts[count];
        if (at < 0 || arguments == 0 || arguments > limits.maxArguments() || bound + 2L * arguments > bounds.length) {
            return -1;
        }
        for (int i = 0; i < arguments; i++) {
            at = line(in, at, limit, '$');
            int length = number;
            if (at < 0 || limit - at - 2 < length || length > limits.maxBulkBytes()) {
                return -1;
            }
            int end = at + length;
            if (in[end] != '\r' || in[end + 1] != '\n') {
                return -1;
            }
            bounds[bound] = at;
            bounds[bound + 1] = end;
            bound += 2;
            at = end + 2;
        }
        firsts[count + 1] = bound;
        return at;
    }

    /** Reads {@link #number} after a sign; where what follows its line begins, or -1. */
    private int line(byte[] in, int start, int limit, char sign) {
        if (limit - start < 4 || in[start] != sign) {
            return -1;
        }
        int at = start + 1;
        int value = in[at++] - '0';
        if (value < 0 || value > 9) {
            return -1;
        }
        int digit = in[at] - '0';
        if (digit >= 0 && digit <= 9) {
            if (value == 0) {
                return -1;
            }
            do {
                value = value * 10 + digit;
                digit = ++at < limit ? in[at] - '0' : -1;
            } while (digit >= 0 && digit <= 9 && at - start <= MOST_DIGITS);
        }
        number = value;
        return limit - at >= 2 && in[at] == '\r' && in[at + 1] == '\n' ? at + 2 : -1;
    }

    /** Forgets those that were not taken. */
    public void clear() {
        count = 0;
        taken = 0;
        buffer = Request.NOTHING;
        request.in(buffer);
    }

    /** Whether all were taken. */
    public boolean isEmpty() {
        return taken == count;
    }

    /** How many were found. */
    public int count() {
        return count;
    }

    /** One of those found; until the next is asked for. */
    public Request get(int index) {
        request.in(buffer);
        request.within(firsts[index], (firsts[index + 1] - firsts[index]) / 2);
        return request;
    }

    /** Whether one is left, and has the same name as another request, letter for letter. */
    public boolean hasOneNamedLike(Request other) {
        if (taken == count) {
            return false;
        }
        int start = bounds[firsts[taken]];
        int end = bounds[firsts[taken] + 1];
        return Arrays.equals(buffer, start, end, other.buffer(), other.start(0), other.end(0));
    }

    /** Takes the first of those left; until the next is asked for. */
    Request take() {
        return get(taken++);
    }

    /** Where the one taken last ends. */
    int end() {
        return ends[taken - 1];
    }
}
