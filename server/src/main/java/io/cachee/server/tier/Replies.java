package io.cachee.server.tier;

import io.cachee.store.Stamp;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the few replies of L2 that are looked into. */
final class Replies {
    private static final byte[] LEASE = Tier.LEASE.getBytes(StandardCharsets.ISO_8859_1);

    private Replies() {}

    /** The reply to a GET. */
    static Loaded value(ByteBuf frame) {
        int at = frame.readerIndex();
        byte type = frame.getByte(at);
        if (type == '_') {
            return Loaded.NONE;
        }
        if (type != '$') {
            return Loaded.error(line(frame));
        }
        int end = frame.indexOf(at, frame.writerIndex(), (byte) '\r');
        int length = (int) number(frame, at + 1, end);
        if (length < 0) {
            return Loaded.NONE;
        }
        byte[] value = stamped(frame, end + 2, length);
        return value == null ? Loaded.NONE : new Loaded(Loaded.Kind.VALUE, value, "");
    }

    /** A value with room for a stamp behind it; null where it is the placeholder of a lease. */
    private static byte @Nullable [] stamped(ByteBuf frame, int at, int length) {
        byte[] value = new byte[length + Stamp.BYTES];
        frame.getBytes(at, value, 0, length);
        boolean isLease = length > LEASE.length && Arrays.equals(value, 0, LEASE.length, LEASE, 0, LEASE.length);
        return isLease ? null : value;
    }

    /** The reply to an MGET of so many keys, with room for a stamp behind each value; null when it is another. */
    static byte @Nullable [] @Nullable [] values(ByteBuf frame, int count) {
        int start = frame.readerIndex();
        int end = frame.indexOf(start, frame.writerIndex(), (byte) '\r');
        if (frame.getByte(start) != '*' || number(frame, start + 1, end) != count) {
            return null;
        }
        byte[] @Nullable [] values = new byte[count][];
        int at = end + 2;
        for (int i = 0; i < count; i++) {
            int lineEnd = frame.indexOf(at, frame.writerIndex(), (byte) '\r');
            byte type = frame.getByte(at);
            int length = type == '$' ? (int) number(frame, at + 1, lineEnd) : -1;
            if (type != '$' && type != '_') {
                return null;
            }
            at = lineEnd + 2;
            if (length >= 0) {
                values[i] = stamped(frame, at, length);
                at += length + 2;
            }
        }
        return values;
    }

    /** The reply of an integer; the smallest number there is for any other. */
    static long integer(ByteBuf frame) {
        int at = frame.readerIndex();
        if (frame.getByte(at) != ':') {
            return Long.MIN_VALUE;
        }
        return number(frame, at + 1, frame.indexOf(at, frame.writerIndex(), (byte) '\r'));
    }

    /** The reply of an array of strings. */
    static List<byte[]> strings(ByteBuf frame) {
        List<byte[]> all = new ArrayList<>();
        int at = frame.indexOf(frame.readerIndex(), frame.writerIndex(), (byte) '\n') + 1;
        while (at > 0 && at < frame.writerIndex()) {
            int lineEnd = frame.indexOf(at, frame.writerIndex(), (byte) '\r');
            int length = (int) number(frame, at + 1, lineEnd);
            if (length >= 0) {
                byte[] one = new byte[length];
                frame.getBytes(lineEnd + 2, one);
                all.add(one);
            }
            at = lineEnd + 2 + Math.max(length, -2) + 2;
        }
        return all;
    }

    /**
     * A reply with what it holds: strings as byte[], numbers as Long, aggregates as List, nothing as null. Errors and
     * simple strings are String, as they were sent.
     */
    static @Nullable Object tree(ByteBuf frame) {
        return new Tree(frame).next(0);
    }

    private static final class Tree {
        private static final int DEEPEST = 8;

        private final ByteBuf frame;
        private int at;

        Tree(ByteBuf frame) {
            this.frame = frame;
            this.at = frame.readerIndex();
        }

        @Nullable
        Object next(int depth) {
            int end = frame.indexOf(at, frame.writerIndex(), (byte) '\r');
            if (end < 0 || depth > DEEPEST) {
                throw new IllegalArgumentException("not a reply that is expected");
            }
            int from = at + 1;
            byte type = frame.getByte(at);
            at = end + 2;
            return switch (type) {
                case '$' -> string((int) number(frame, from, end));
                case ':' -> number(frame, from, end);
                case '*', '%', '~', '>' -> aggregate((int) number(frame, from, end) * (type == '%' ? 2 : 1), depth);
                case '_' -> null;
                default -> frame.toString(from - 1, end - from + 1, StandardCharsets.UTF_8);
            };
        }

        private byte @Nullable [] string(int length) {
            if (length < 0) {
                return null;
            }
            byte[] bytes = new byte[length];
            frame.getBytes(at, bytes);
            at += length + 2;
            return bytes;
        }

        private @Nullable List<@Nullable Object> aggregate(int count, int depth) {
            if (count < 0) {
                return null;
            }
            List<@Nullable Object> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(next(depth + 1));
            }
            return all;
        }
    }

    /** The first line, without its type. */
    static String line(ByteBuf frame) {
        int at = frame.readerIndex();
        int end = frame.indexOf(at, frame.writerIndex(), (byte) '\r');
        return frame.toString(at + 1, Math.max(0, end - at - 1), StandardCharsets.UTF_8);
    }

    static boolean isError(ByteBuf frame) {
        byte type = frame.getByte(frame.readerIndex());
        return type == '-' || type == '!';
    }

    private static long number(ByteBuf frame, int from, int end) {
        boolean negative = frame.getByte(from) == '-';
        long number = 0;
        for (int i = negative ? from + 1 : from; i < end; i++) {
            number = number * 10 + (frame.getByte(i) - '0');
        }
        return negative ? -number : number;
    }
}
