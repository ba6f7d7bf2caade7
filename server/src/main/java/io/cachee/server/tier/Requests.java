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

    /** A command of two arguments, of which {@code command} is all but the second. */
    static ByteBuf withKey(byte[] command, byte[] key) {
        // Into an array first: this is done for each load, and by a new pod for a thousand before any code is compiled.
        byte[] digits = number(key.length);
        byte[] out = new byte[command.length + digits.length + key.length + 5];
        System.arraycopy(command, 0, out, 0, command.length);
        int at = command.length;
        out[at++] = '$';
        System.arraycopy(digits, 0, out, at, digits.length);
        at = endLine(out, at + digits.length);
        System.arraycopy(key, 0, out, at, key.length);
        endLine(out, at + key.length);
        return Unpooled.wrappedBuffer(out);
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
