package io.cachee.server.proxy;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A message as L2 sends it to subscribers, or its confirmation that a subscription has begun or ended. */
final class PubSubFrame {
    private static final int LONGEST_VERB = "punsubscribe".length();

    /** The first word, such as {@code message} or {@code subscribe}. */
    final String verb;
    /** The channel that a confirmation is about; null if there was none to unsubscribe from. */
    private final byte @Nullable [] name;
    /** The number of subscriptions that a confirmation tells; -1 in a message. */
    final int subscriptions;

    private PubSubFrame(String verb, byte @Nullable [] name, int subscriptions) {
        this.verb = verb;
        this.name = name;
        this.subscriptions = subscriptions;
    }

    boolean isAbout(byte[] channel) {
        return Arrays.equals(name, channel);
    }

    /** Null for a frame that does not begin with a word, as every message and confirmation does. */
    static @Nullable PubSubFrame of(ByteBuf frame) {
        Cursor cursor = new Cursor(frame);
        if (cursor.line().isEmpty() || !cursor.isAt('$')) {
            return null;
        }
        int length = cursor.number();
        if (length < 0 || length > LONGEST_VERB) {
            return null;
        }
        String verb = new String(cursor.bytes(length), StandardCharsets.ISO_8859_1);
        if (!verb.endsWith("subscribe") || !cursor.isAt('$') && !cursor.isAt('_')) {
            return new PubSubFrame(verb, null, -1);
        }
        int nameLength = cursor.isAt('$') ? cursor.number() : skipped(cursor);
        byte[] name = nameLength < 0 ? null : cursor.bytes(nameLength);
        return new PubSubFrame(verb, name, cursor.isAt(':') ? cursor.number() : -1);
    }

    private static int skipped(Cursor cursor) {
        cursor.line();
        return -1;
    }

    /** Reads a frame that is known to be complete. */
    private static final class Cursor {
        private final ByteBuf frame;
        private int at;

        Cursor(ByteBuf frame) {
            this.frame = frame;
            this.at = frame.readerIndex();
        }

        boolean isAt(char type) {
            return at < frame.writerIndex() && frame.getByte(at) == type;
        }

        String line() {
            int end = frame.indexOf(at, frame.writerIndex(), (byte) '\r');
            String line = frame.toString(at, end - at, StandardCharsets.ISO_8859_1);
            at = end + 2;
            return line;
        }

        int number() {
            return Integer.parseInt(line().substring(1));
        }

        byte[] bytes(int length) {
            byte[] bytes = new byte[length];
            frame.getBytes(at, bytes);
            at += length + 2;
            return bytes;
        }
    }
}
