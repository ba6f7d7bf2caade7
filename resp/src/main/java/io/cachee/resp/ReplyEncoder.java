package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Replies in buffers of their own, for those that are made away from their client's event loop. Replies that are given
 * at once go through the {@link ReplyWriter}.
 */
public final class ReplyEncoder {
    /** A bulk string is at most so much longer than its value, and an array than its elements. */
    public static final int MOST_AROUND = Head.MAX_BYTES + 2;

    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] NULL_2 = ascii("$-1\r\n");
    private static final byte[] NULL_3 = ascii("_\r\n");

    private ReplyEncoder() {}

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** The reply {@code OK}. */
    public static ByteBuf ok() {
        return Unpooled.wrappedBuffer(OK);
    }

    /** An error; {@code text} begins with its code, such as {@code ERR}. Line breaks become blanks. */
    public static ByteBuf error(String text) {
        return Unpooled.wrappedBuffer(("-" + inOneLine(text) + "\r\n").getBytes(UTF_8));
    }

    static String inOneLine(String text) {
        return text.indexOf('\r') < 0 && text.indexOf('\n') < 0
                ? text
                : text.replace('\r', ' ').replace('\n', ' ');
    }

    /** A number. */
    public static ByteBuf integer(long value) {
        return Unpooled.wrappedBuffer(ascii(":" + value + "\r\n"));
    }

    /** No value. */
    public static ByteBuf nothing(boolean resp3) {
        return Unpooled.wrappedBuffer(resp3 ? NULL_3 : NULL_2);
    }

    /** A bulk string: the first bytes of an array. */
    public static ByteBuf bulk(byte[] bytes, int length) {
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(length + MOST_AROUND);
        writeBulk(out, bytes, length);
        return out;
    }

    /** Begins an array, whose elements follow. */
    public static void writeArray(ByteBuf out, int length) {
        Head.write(out, '*', length);
    }

    /** Writes a bulk string: the first bytes of an array. */
    public static void writeBulk(ByteBuf out, byte[] bytes, int length) {
        Head.write(out, '$', length);
        out.writeBytes(bytes, 0, length).writeShort(Head.CRLF);
    }

    /** Writes that there is no value. */
    public static void writeNothing(ByteBuf out, boolean resp3) {
        out.writeBytes(resp3 ? NULL_3 : NULL_2);
    }
}
