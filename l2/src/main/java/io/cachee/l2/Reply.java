package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reply that the link itself has asked for, taken apart. It has been scanned: it is whole and well formed.
 *
 * @param type the first byte
 * @param text of what is no aggregate, each character a byte; null where there is no value
 * @param items of an aggregate; keys and values in turn for a map
 */
record Reply(char type, @Nullable String text, List<Reply> items) {
    static Reply of(ByteBuf frame) {
        return read(frame.slice());
    }

    /** Several, one after the other. */
    static List<Reply> allOf(ByteBuf frames) {
        List<Reply> all = new ArrayList<>();
        while (frames.isReadable()) {
            all.add(read(frames));
        }
        return all;
    }

    private static Reply read(ByteBuf in) {
        char type = (char) in.readByte();
        String line = line(in);
        return switch (type) {
            case '$', '=', '!' -> {
                int length = Integer.parseInt(line);
                yield new Reply(type, length < 0 ? null : string(in, length), List.of());
            }
            case '*', '~', '>' -> aggregate(in, type, Integer.parseInt(line));
            case '%' -> aggregate(in, type, 2 * Integer.parseInt(line));
            case '|' -> {
                aggregate(in, type, 2 * Integer.parseInt(line));
                yield read(in);
            }
            default -> new Reply(type, type == '_' ? null : line, List.of());
        };
    }

    private static Reply aggregate(ByteBuf in, char type, int length) {
        List<Reply> items = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            items.add(read(in));
        }
        return new Reply(type, null, items);
    }

    private static String line(ByteBuf in) {
        int length = in.bytesBefore((byte) '\r');
        return string(in, length);
    }

    private static String string(ByteBuf in, int length) {
        String text = in.readCharSequence(length, ISO_8859_1).toString();
        in.skipBytes(2);
        return text;
    }

    boolean isError() {
        return type == '-' || type == '!';
    }

    /** What it says; empty where it says nothing. */
    String string() {
        return text == null ? "" : text;
    }

    int number() {
        return Integer.parseInt(string());
    }
}
