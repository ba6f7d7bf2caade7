package io.cachee.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;

/** Requests as bytes: an array of bulk strings each. */
public final class RequestEncoder {
    /** A larger request is written into a direct buffer: it is not held on the heap a second time. */
    private static final int MOST_IN_ARRAY = 16 << 10;

    private static final int CRLF_BYTES = 2;

    private RequestEncoder() {}

    /** A request that was received, as it is sent on. The caller releases the buffer. */
    public static ByteBuf encode(Request request) {
        int count = request.count();
        long bytes = Head.bytes(count);
        for (int i = 0; i < count; i++) {
            bytes += bytesOf(request.length(i));
        }
        ByteBuf out = directBuffer(bytes);
        Head.write(out, '*', count);
        for (int i = 0; i < count; i++) {
            Head.write(out, '$', request.length(i));
            out.writeBytes(request.buffer(), request.start(i), request.length(i))
                    .writeShort(Head.CRLF);
        }
        return out;
    }

    /** A request of these arguments, the command's name first. The caller releases the buffer. */
    public static ByteBuf encode(byte[]... arguments) {
        long bytes = bytesOf(arguments);
        if (bytes <= MOST_IN_ARRAY) {
            return Unpooled.wrappedBuffer(write(arguments, (int) bytes));
        }
        ByteBuf out = directBuffer(bytes);
        Head.write(out, '*', arguments.length);
        for (byte[] argument : arguments) {
            Head.write(out, '$', argument.length);
            out.writeBytes(argument).writeShort(Head.CRLF);
        }
        return out;
    }

    /** A request of these words. The caller releases the buffer. */
    public static ByteBuf encode(String... words) {
        return encode(inUtf8(words));
    }

    /** A request of these arguments, the command's name first. */
    public static byte[] bytes(byte[]... arguments) {
        return write(arguments, Math.toIntExact(bytesOf(arguments)));
    }

    /** A request of these words. */
    public static byte[] bytes(String... words) {
        return bytes(inUtf8(words));
    }

    private static byte[][] inUtf8(String... words) {
        byte[][] arguments = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            arguments[i] = words[i].getBytes(UTF_8);
        }
        return arguments;
    }

    private static ByteBuf directBuffer(long bytes) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(Math.toIntExact(bytes));
    }

    private static long bytesOf(byte[]... arguments) {
        long bytes = Head.bytes(arguments.length);
        for (byte[] argument : arguments) {
            bytes += bytesOf(argument.length);
        }
        return bytes;
    }

    private static long bytesOf(int argumentLength) {
        return Head.bytes(argumentLength) + (long) argumentLength + CRLF_BYTES;
    }

    // Before the code is compiled, an array is faster than a buffer; a new pod sends a thousand requests by then.
    private static byte[] write(byte[][] arguments, int bytes) {
        byte[] out = new byte[bytes];
        int at = Head.write(out, 0, '*', arguments.length);
        for (byte[] argument : arguments) {
            at = Head.write(out, at, '$', argument.length);
            System.arraycopy(argument, 0, out, at, argument.length);
            at = Head.endLine(out, at + argument.length);
        }
        return out;
    }
}
