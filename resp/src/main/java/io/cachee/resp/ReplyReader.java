package io.cachee.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads replies element by element. They are whole and well formed, for they were found by a {@link ReplyScanner}. The
 * buffer's own indices stay where they are.
 *
 * <p>{@link #next} reads the head of an element. What follows the head is read by {@link #bytes} or passed by
 * {@link #skip}; the elements of an aggregate may also be read by {@link #next}, one by one.
 */
public final class ReplyReader {
    private static final int NONE = -1;

    private final ByteBuf in;
    private final int end;
    private int at;
    private char type;
    private int lineStart;
    private int lineEnd;
    /** How many bytes or elements follow the head; {@link #NONE} for no value. */
    private int count;

    /** Reads what a buffer holds. */
    public ReplyReader(ByteBuf replies) {
        this.in = replies;
        this.at = replies.readerIndex();
        this.end = replies.writerIndex();
    }

    // ---------------------------------------------------------------- replies as a whole

    /** Whether a reply is an error. */
    public static boolean isError(ByteBuf reply) {
        byte type = reply.getByte(reply.readerIndex());
        return type == '-' || type == '!';
    }

    /** Whether a reply answers no request. */
    public static boolean isPush(ByteBuf reply) {
        return reply.getByte(reply.readerIndex()) == '>';
    }

    /** Whether a reply says that there is no value. */
    public static boolean isNull(ByteBuf reply) {
        ReplyReader reader = new ReplyReader(reply);
        reader.next();
        return reader.isNull();
    }

    /** The number that a reply is; {@link Long#MIN_VALUE} when it is something else. */
    public static long integer(ByteBuf reply) {
        ReplyReader reader = new ReplyReader(reply);
        return reader.next() == ':' ? reader.number() : Long.MIN_VALUE;
    }

    /** What a string or an error says; empty for all else. */
    public static String text(ByteBuf reply) {
        ReplyReader reader = new ReplyReader(reply);
        reader.next();
        return reader.text();
    }

    /** The first word of an error, such as {@code MOVED}; empty for all else. */
    public static String errorCode(ByteBuf reply) {
        if (!isError(reply)) {
            return "";
        }
        ReplyReader reader = new ReplyReader(reply);
        reader.next();
        int start = reader.isBulk() ? reader.at : reader.lineStart;
        int end = reader.isBulk() ? start + reader.count : reader.lineEnd;
        int blank = reply.indexOf(start, end, (byte) ' ');
        return reply.toString(start, (blank < 0 ? end : blank) - start, UTF_8);
    }

    // ---------------------------------------------------------------- element by element

    /** Whether another element follows. */
    public boolean hasNext() {
        return at < end;
    }

    /** Where the next element begins, in bytes from the beginning of the buffer. */
    public int position() {
        return at;
    }

    /** Reads the head of the next element, and returns its type. Attributes are passed. */
    public char next() {
        while (true) {
            head();
            if (type != '|') {
                return type;
            }
            skip();
        }
    }

    private void head() {
        type = (char) in.getByte(at);
        lineStart = at + 1;
        lineEnd = in.indexOf(lineStart, end, (byte) '\r');
        at = lineEnd + 2;
        count = switch (type) {
            case '$', '=', '!', '*', '~', '>' -> (int) number();
            case '%', '|' -> 2 * (int) number();
            case '_' -> NONE;
            default -> 0;
        };
    }

    /** Whether the element is no value. */
    public boolean isNull() {
        return count < 0;
    }

    /** Whether the element is made of others. */
    public boolean isAggregate() {
        return switch (type) {
            case '*', '~', '>', '%', '|' -> true;
            default -> false;
        };
    }

    /** Whether the element is a string with its length before it. */
    private boolean isBulk() {
        return type == '$' || type == '=' || type == '!';
    }

    /** How many elements an aggregate has, keys and values both counted, or how many bytes a bulk string; or -1. */
    public int count() {
        return count;
    }

    /** The number of an integer. */
    public long number() {
        boolean negative = in.getByte(lineStart) == '-';
        long number = 0;
        for (int i = negative ? lineStart + 1 : lineStart; i < lineEnd; i++) {
            number = number * 10 + (in.getByte(i) - '0');
        }
        return negative ? -number : number;
    }

    /** What the element says, unless it is an aggregate; null for no value. */
    public byte @Nullable [] bytes() {
        return bytes(0);
    }

    /** The same, with so many bytes of zero behind it. */
    public byte @Nullable [] bytes(int behind) {
        if (isNull()) {
            return null;
        }
        int start = isBulk() ? at : lineStart;
        int length = isBulk() ? count : lineEnd - lineStart;
        byte[] bytes = new byte[length + behind];
        in.getBytes(start, bytes, 0, length);
        skipBulk();
        return bytes;
    }

    /** What the element says as text; empty for no value, and for an aggregate, which is passed. */
    public String text() {
        if (isAggregate()) {
            skip();
            return "";
        }
        return string(bytes());
    }

    private void skipBulk() {
        if (isBulk() && count >= 0) {
            at += count + 2;
        }
    }

    /** Passes what follows the head that was read, however deep it is. */
    public void skip() {
        if (!isAggregate()) {
            skipBulk();
            return;
        }
        for (long left = Math.max(0, count); left > 0; left--) {
            head();
            if (isAggregate()) {
                // An attribute stands before the element that it is about.
                left += type == '|' ? count + 1 : Math.max(0, count);
            } else {
                skipBulk();
            }
        }
    }

    static String string(byte @Nullable [] bytes) {
        return bytes == null ? "" : new String(bytes, UTF_8);
    }
}
