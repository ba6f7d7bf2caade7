package io.cachee.server.tier;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;

/** Requests to L2 as bytes. */
final class Requests {
    private static final int MAX_DIGITS = 12;

    static final byte[] SET = ascii("SET");
    static final byte[] DEL = ascii("DEL");
    static final byte[] PX = ascii("PX");
    static final byte[] NX = ascii("NX");
    static final byte[] EVAL = ascii("EVAL");
    static final byte[] ONE = ascii("1");

    /** For {@link #withKey}. */
    static final byte[] GET = ascii("*2\r\n$3\r\nGET\r\n");

    static final byte[] PTTL = ascii("*2\r\n$4\r\nPTTL\r\n");
    /** For {@link #withKeys}. */
    static final byte[] MGET = ascii("$4\r\nMGET\r\n");

    private Requests() {}

    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** The key that says in L2 that somebody is filling another. */
    static byte[] flight(byte[] key) {
        byte[] prefix = ascii("cachee:flight:{");
        byte[] name = new byte[prefix.length + key.length + 1];
        System.arraycopy(prefix, 0, name, 0, prefix.length);
        System.arraycopy(key, 0, name, prefix.length, key.length);
        name[name.length - 1] = '}';
        return name;
    }

    static byte[] number(long value) {
        return ascii(Long.toString(value));
    }

    // Into arrays first: this is done for each load, and by a new pod for a thousand before any code is compiled.

    /** A command of two arguments, of which {@code command} is all but the second. */
    static ByteBuf withKey(byte[] command, byte[] key) {
        byte[] digits = number(key.length);
        byte[] out = new byte[command.length + keyBytes(digits, key)];
        System.arraycopy(command, 0, out, 0, command.length);
        addKey(out, command.length, digits, key);
        return Unpooled.wrappedBuffer(out);
    }

    /** A command with many keys, of which {@code command} is the first argument. */
    static ByteBuf withKeys(byte[] command, byte[][] keys) {
        byte[] count = number(keys.length + 1L);
        int length = 1 + count.length + 2 + command.length;
        byte[][] digits = new byte[keys.length][];
        for (int i = 0; i < keys.length; i++) {
            digits[i] = number(keys[i].length);
            length += keyBytes(digits[i], keys[i]);
        }
        byte[] out = new byte[length];
        out[0] = '*';
        System.arraycopy(count, 0, out, 1, count.length);
        int at = endLine(out, 1 + count.length);
        System.arraycopy(command, 0, out, at, command.length);
        at += command.length;
        for (int i = 0; i < keys.length; i++) {
            at = addKey(out, at, digits[i], keys[i]);
        }
        return Unpooled.wrappedBuffer(out);
    }

    private static int keyBytes(byte[] digits, byte[] key) {
        return 1 + digits.length + 2 + key.length + 2;
    }

    private static int addKey(byte[] out, int from, byte[] digits, byte[] key) {
        out[from] = '$';
        System.arraycopy(digits, 0, out, from + 1, digits.length);
        int at = endLine(out, from + 1 + digits.length);
        System.arraycopy(key, 0, out, at, key.length);
        return endLine(out, at + key.length);
    }

    private static int endLine(byte[] out, int at) {
        out[at] = '\r';
        out[at + 1] = '\n';
        return at + 2;
    }

    static ByteBuf of(byte[]... arguments) {
        int length = MAX_DIGITS;
        for (byte[] argument : arguments) {
            length += argument.length + MAX_DIGITS;
        }
        ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer(length);
        header(out, '*', arguments.length);
        for (byte[] argument : arguments) {
            argument(out, argument, 0, argument.length);
        }
        return out;
    }

    static void header(ByteBuf out, char type, int number) {
        out.writeByte(type);
        out.writeCharSequence(Integer.toString(number), ISO_8859_1);
        out.writeByte('\r').writeByte('\n');
    }

    static void argument(ByteBuf out, byte[] bytes, int offset, int length) {
        header(out, '$', length);
        out.writeBytes(bytes, offset, length).writeByte('\r').writeByte('\n');
    }
}
