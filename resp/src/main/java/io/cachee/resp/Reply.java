package io.cachee.resp;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reply as a tree, for the few replies that are looked into as a whole. A {@link ReplyScanner} has found it. */
public final class Reply {
    private final char type;
    private final boolean isAggregate;
    private final byte @Nullable [] bytes;
    private final List<Reply> items;

    private Reply(char type, boolean isAggregate, byte @Nullable [] bytes, List<Reply> items) {
        this.type = type;
        this.isAggregate = isAggregate;
        this.bytes = bytes;
        this.items = items;
    }

    /** The reply in a buffer, which stays as it is. */
    public static Reply of(ByteBuf frame) {
        return read(new ReplyReader(frame));
    }

    /** Several, one after the other. */
    public static List<Reply> allOf(ByteBuf frames) {
        List<Reply> all = new ArrayList<>();
        ReplyReader reader = new ReplyReader(frames);
        while (reader.hasNext()) {
            all.add(read(reader));
        }
        return all;
    }

    private static Reply read(ReplyReader reader) {
        char type = reader.next();
        if (!reader.isAggregate()) {
            return new Reply(type, false, reader.bytes(), List.of());
        }
        int count = reader.count();
        List<Reply> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(read(reader));
        }
        return new Reply(type, true, null, items);
    }

    /** Whether it is an error. */
    public boolean isError() {
        return type == '-' || type == '!';
    }

    /** Whether it is made of others. */
    public boolean isAggregate() {
        return isAggregate;
    }

    /** The elements of an aggregate, keys and values in turn for a map; none for all else. */
    public List<Reply> items() {
        return items;
    }

    /** The bytes of its elements; those that have none are left out. */
    public List<byte[]> strings() {
        List<byte[]> strings = new ArrayList<>();
        for (Reply item : items) {
            byte[] itsBytes = item.bytes;
            if (itsBytes != null) {
                strings.add(itsBytes);
            }
        }
        return strings;
    }

    /** The bytes of what is no aggregate, without its type; null where there is no value. */
    public byte @Nullable [] bytes() {
        return bytes;
    }

    /** The same as text; empty where there is none. */
    public String text() {
        return ReplyReader.string(bytes);
    }

    /** Whether it is an integer. */
    public boolean isInteger() {
        return type == ':';
    }

    /** The number that the text is. */
    public long number() {
        return Long.parseLong(text());
    }
}
