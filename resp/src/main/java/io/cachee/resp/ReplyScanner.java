package io.cachee.resp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Finds the end of one whole reply, RESP2 or RESP3, without making anything of it. What was looked at is not looked at
 * again: a reply that comes in pieces costs one pass over its headers, and none over its strings.
 *
 * <p>A stack holds, for each aggregate that is open, how many of its elements are still to come. Attributes and what
 * they stand before count as one aggregate, whose last element is what they stand before.
 */
final class ReplyScanner {
    /** What {@link #scan} returns while the end of the reply has not come. */
    static final int INCOMPLETE = -1;

    static final int DEPTH_MAX = 128;
    static final int LINE_MAX = 1 << 20;
    static final int STRING_MAX = 512 << 20;
    static final int REPLY_MAX = 1 << 30;
    private static final int ELEMENTS_MAX = REPLY_MAX / 3;
    private static final int DIGITS_MAX = 10;

    private int[] left = new int[8];
    private int depth;
    /** Of the aggregates open, how many are attributes that stand before the reply itself. */
    private int leading;

    /** Relative to the first byte of the reply: the header or string that comes next. */
    private int position;
    /** Up to where its end was not found. */
    private int searched;
    /** Where a string ends whose header was read; 0 for none. */
    private int stringEnd;

    private char type;

    /** The length of the reply that begins at the reader index, or {@link #INCOMPLETE}. */
    int scan(ByteBuf in) throws ProtocolException {
        int start = in.readerIndex();
        int end = in.readableBytes();
        while (true) {
            boolean ended;
            if (stringEnd > 0) {
                if (end < stringEnd) {
                    return INCOMPLETE;
                }
                endString(in, start);
                ended = endElement();
            } else {
                int lineEnd = findLine(in, start, end);
                if (lineEnd < 0) {
                    return INCOMPLETE;
                }
                ended = header(in, start, lineEnd);
            }
            if (ended) {
                int length = position;
                depth = 0;
                leading = 0;
                position = 0;
                searched = 0;
                return length;
            }
        }
    }

    /** The first byte of the reply that was found last, attributes aside. */
    char type() {
        return type;
    }

    /** Where the string ends whose header was read last, relative to the first byte of its reply; 0 for none. */
    int stringEnd() {
        return stringEnd;
    }

    /** How many of the bytes there are it has no use for any more: from now on, the reply begins behind them. */
    int pass(int readable) {
        // Of a string, what ends it is looked at.
        int passed = stringEnd > 0 ? Math.min(readable, stringEnd - 2) : position;
        position -= passed;
        searched -= passed;
        stringEnd -= stringEnd > 0 ? passed : 0;
        return passed;
    }

    private int findLine(ByteBuf in, int start, int end) throws ProtocolException {
        if (end > position) {
            judgeType((char) in.getByte(start + position));
        }
        int from = Math.max(position, searched);
        int found = from < end ? in.indexOf(start + from, start + end, (byte) '\n') : -1;
        if (found < 0) {
            searched = end;
            if (end - position > LINE_MAX) {
                throw new ProtocolException("a line of more than " + LINE_MAX + " bytes");
            }
            return -1;
        }
        int lineEnd = found - start;
        if (lineEnd - position < 2 || in.getByte(found - 1) != '\r') {
            throw new ProtocolException("a line that does not end with CRLF");
        }
        if (lineEnd >= REPLY_MAX) {
            throw new ProtocolException("a reply of more than " + REPLY_MAX + " bytes");
        }
        return lineEnd + 1;
    }

    private void judgeType(char first) throws ProtocolException {
        if ("+-:$*_,#!=(%~>|".indexOf(first) < 0) {
            throw new ProtocolException("a reply that begins with the byte " + (int) first);
        }
        if (first == '>' && depth > leading) {
            throw new ProtocolException("a message within a reply");
        }
    }

    /** Whether the reply ends with this line. */
    private boolean header(ByteBuf in, int start, int lineEnd) throws ProtocolException {
        char first = (char) in.getByte(start + position);
        if (isFirst()) {
            type = first;
        }
        int number = isCounted(first) ? number(in, start + position + 1, start + lineEnd - 2) : -1;
        position = lineEnd;
        if (number < 0) {
            return endElement();
        }
        if (isString(first)) {
            if (number > STRING_MAX || position + (long) number + 2 > REPLY_MAX) {
                throw new ProtocolException("a string of " + number + " bytes");
            }
            stringEnd = position + number + 2;
            return false;
        }
        if (first == '|') {
            boolean leads = isFirst();
            push(2 * number + 1);
            leading += leads ? 1 : 0;
            return false;
        }
        if (number == 0) {
            return endElement();
        }
        push(first == '%' ? 2 * number : number);
        return false;
    }

    /** Whether what comes next is the reply itself, or an attribute before it. */
    private boolean isFirst() {
        return depth == leading && (depth == 0 || left[depth - 1] == 1);
    }

    private static boolean isString(char first) {
        return first == '$' || first == '!' || first == '=';
    }

    private static boolean isCounted(char first) {
        return switch (first) {
            case '$', '*', '!', '=', '%', '~', '>', '|' -> true;
            default -> false;
        };
    }

    private void push(int elements) throws ProtocolException {
        if (depth == DEPTH_MAX) {
            throw new ProtocolException("a reply nested deeper than " + DEPTH_MAX);
        }
        if (depth == left.length) {
            left = Arrays.copyOf(left, 2 * depth);
        }
        left[depth++] = elements;
    }

    private void endString(ByteBuf in, int start) throws ProtocolException {
        if (in.getByte(start + stringEnd - 2) != '\r' || in.getByte(start + stringEnd - 1) != '\n') {
            throw new ProtocolException("a string that does not end with CRLF");
        }
        position = stringEnd;
        stringEnd = 0;
    }

    private boolean endElement() {
        while (depth > 0 && --left[depth - 1] == 0) {
            depth--;
        }
        return depth == 0;
    }

    /** A count; -1 says that there is no value. */
    private static int number(ByteBuf in, int from, int to) throws ProtocolException {
        if (to - from == 2 && in.getByte(from) == '-' && in.getByte(from + 1) == '1') {
            return -1;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new ProtocolException("a length that is no number");
            }
            number = 10 * number + digit;
        }
        if (to == from || to - from > DIGITS_MAX || number > Math.max(STRING_MAX, ELEMENTS_MAX)) {
            throw new ProtocolException("a length of " + (to - from) + " digits");
        }
        return (int) number;
    }
}
