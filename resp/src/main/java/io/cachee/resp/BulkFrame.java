package io.cachee.resp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Makes a bulk string of a value that lies in memory already, by writing a head before it and a line break behind it.
 * Values are often as long as the one before, so the head is kept.
 */
final class BulkFrame {
    /** What stands around a value, the digits of its length aside: the type and two line breaks. */
    static final int BYTES_WITHOUT_DIGITS = 5;

    /** What stands before a value, the digits aside: the type and a line break. */
    private static final int HEAD_WITHOUT_DIGITS = 3;

    private static final MemorySegment MEMORY = everything();
    private static final ValueLayout.OfInt HEAD_WORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle HEAD_INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort CRLF_WORD =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final short CRLF = '\n' << 8 | '\r';
    /** Two words, which overlap, are as long as a head with so many. */
    private static final int MOST_DIGITS_IN_WORDS = 5;

    /** The value's length that the head is of. */
    private int headOf = -1;

    private final byte[] head = new byte[16];
    /** Its first and its last four bytes. */
    private int headStart;

    private int headEnd;

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /** Where the value of a bulk string begins whose length has so many digits. */
    static int valueOffset(int digits) {
        return digits + HEAD_WITHOUT_DIGITS;
    }

    static int digitsOf(long length) {
        int digits = 1;
        for (long rest = length; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** Moves a value within memory. */
    static void move(long from, long to, int length) {
        MemorySegment.copy(MEMORY, from, MEMORY, to, length);
    }

    /** Writes head and end of a bulk string that begins at an address; its value is in its place. */
    void writeAround(long address, int digits, int length) {
        if (length != headOf) {
            makeHead(digits, length);
        }
        long value = address + valueOffset(digits);
        if (digits <= MOST_DIGITS_IN_WORDS) {
            MEMORY.set(HEAD_WORD, address, headStart);
            MEMORY.set(HEAD_WORD, value - Integer.BYTES, headEnd);
        } else {
            MemorySegment.copy(head, 0, MEMORY, ValueLayout.JAVA_BYTE, address, valueOffset(digits));
        }
        MEMORY.set(CRLF_WORD, value + length, CRLF);
    }

    private void makeHead(int digits, int length) {
        headOf = length;
        Head.write(head, 0, '$', length);
        headStart = (int) HEAD_INTS.get(head, 0);
        headEnd = (int) HEAD_INTS.get(head, digits - 1);
    }
}
