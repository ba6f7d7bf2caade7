package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * A request as its arguments: ranges of a buffer, which is overwritten when the next bytes are read. Argument 0 is the
 * command's name. One per connection, reused; nothing is allocated to look at it.
 */
public final class Request {
    static final byte[] NOTHING = {};
    private static final int KEPT_BOUNDS = 64;

    private byte[] buffer = NOTHING;
    private int[] bounds;
    /** Where in the bounds its own begin. */
    private int first;

    private int count;

    Request() {
        this(new int[16]);
    }

    /** One that is found in these bounds, which are another's. */
    Request(int[] bounds) {
        this.bounds = bounds;
    }

    /** A request made of whole arguments, for those that were queued. */
    public static Request of(byte[]... arguments) {
        Request request = new Request();
        int length = 0;
        for (byte[] argument : arguments) {
            length += argument.length;
        }
        byte[] buffer = new byte[length];
        int at = 0;
        request.begin();
        for (byte[] argument : arguments) {
            System.arraycopy(argument, 0, buffer, at, argument.length);
            request.add(at, at + argument.length);
            at += argument.length;
        }
        request.in(buffer);
        return request;
    }

    void begin() {
        count = 0;
        if (bounds.length > KEPT_BOUNDS) {
            bounds = new int[KEPT_BOUNDS];
        }
    }

    void in(byte[] newBuffer) {
        this.buffer = newBuffer;
    }

    /** Consists of so many arguments, from one of the bounds on. */
    void within(int firstBound, int arguments) {
        this.first = firstBound;
        this.count = arguments;
    }

    void add(int start, int end) {
        if (2 * count + 2 > bounds.length) {
            bounds = Arrays.copyOf(bounds, bounds.length * 2);
        }
        bounds[2 * count] = start;
        bounds[2 * count + 1] = end;
        count++;
    }

    void move(int distance) {
        for (int i = 0; i < 2 * count; i++) {
            bounds[i] += distance;
        }
    }

    /** The number of arguments, the command's name included. */
    public int count() {
        return count;
    }

    /** What {@link #start} and {@link #end} point into. */
    public byte[] buffer() {
        return buffer;
    }

    /** Where an argument begins. */
    public int start(int argument) {
        return bounds[first + 2 * argument];
    }

    /** Where an argument ends, exclusively. */
    public int end(int argument) {
        return bounds[first + 2 * argument + 1];
    }

    /** The length of an argument in bytes. */
    public int length(int argument) {
        return end(argument) - start(argument);
    }

    /** A copy of an argument. */
    public byte[] bytes(int argument) {
        return Arrays.copyOfRange(buffer, start(argument), end(argument));
    }

    /** An argument as text. */
    public String text(int argument) {
        return new String(buffer, start(argument), length(argument), UTF_8);
    }

    /** An argument as text of which each character is a byte, so that nothing is lost. */
    public String latin(int argument) {
        return new String(buffer, start(argument), length(argument), ISO_8859_1);
    }

    /** Whether an argument is this word, in upper or lower case. */
    public boolean is(int argument, String upperCaseWord) {
        int length = length(argument);
        if (length != upperCaseWord.length()) {
            return false;
        }
        int start = start(argument);
        for (int i = 0; i < length; i++) {
            int letter = buffer[start + i];
            if (letter >= 'a' && letter <= 'z') {
                letter -= 'a' - 'A';
            }
            if (letter != upperCaseWord.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** How many bytes it takes, from its first argument to its last. */
    public int size() {
        return count == 0 ? 0 : end(count - 1) - start(0);
    }

    /** A copy that outlives the buffer. */
    public Request copy() {
        Request copy = new Request();
        int from = count == 0 ? 0 : start(0);
        int to = from + size();
        copy.buffer = Arrays.copyOfRange(buffer, from, to);
        copy.bounds = Arrays.copyOfRange(bounds, first, first + Math.max(2, 2 * count));
        copy.count = count;
        copy.move(-from);
        return copy;
    }

    /** How many bytes its arguments have together. */
    public long payloadBytes() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += length(i);
        }
        return sum;
    }
}
