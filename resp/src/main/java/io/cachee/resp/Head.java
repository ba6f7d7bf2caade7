package io.cachee.resp;

import io.netty.buffer.ByteBuf;

/** The first line of an element: its type and a number. */
final class Head {
    static final int CRLF = '\r' << 8 | '\n';
    /** The longest number has a sign and 19 digits. */
    static final int MAX_BYTES = 1 + 20 + 2;

    private Head() {}

    /** How many bytes the head with this number has, which is not negative. */
    static int bytes(int number) {
        int bytes = 4;
        for (int rest = number; rest >= 10; rest /= 10) {
            bytes++;
        }
        return bytes;
    }

    /** Writes a head; the buffer has room for {@link #MAX_BYTES}, or for as many as it takes. */
    static void write(ByteBuf out, char type, long number) {
        out.writeByte(type);
        if (number >= 0 && number < 10) {
            out.writeByte('0' + (int) number);
        } else {
            writeDigits(out, number);
        }
        out.writeShort(CRLF);
    }

    private static void writeDigits(ByteBuf out, long number) {
        // The smallest number has no positive counterpart.
        long rest = number > 0 ? -number : number;
        if (number < 0) {
            out.writeByte('-');
        }
        int end = out.writerIndex() + 1;
        for (long left = rest; left <= -10; left /= 10) {
            end++;
        }
        for (int at = end - 1; at >= out.writerIndex(); at--) {
            out.setByte(at, (int) ('0' - rest % 10));
            rest /= 10;
        }
        out.writerIndex(end);
    }

    /** Writes a head into an array, with a number that is not negative; where it ends. */
    static int write(byte[] out, int start, char type, int number) {
        int end = start + bytes(number);
        out[start] = (byte) type;
        int rest = number;
        for (int at = end - 3; at > start; at--) {
            out[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return endLine(out, end - 2);
    }

    static int endLine(byte[] out, int at) {
        out[at] = '\r';
        out[at + 1] = '\n';
        return at + 2;
    }
}
