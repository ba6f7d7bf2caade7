package io.cachee.server.command;

import io.cachee.server.engine.CommandException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The payload of DUMP and RESTORE for a string: the type 0, the length and the bytes, then the version of the format
 * and a CRC-64 of everything before. RESTORE also takes strings that Redis has encoded as an integer or compressed
 * (LZF).
 */
final class DumpPayload {
    private static final int VERSION = 10;
    private static final int NEWEST_VERSION = 11;
    private static final int FOOTER_BYTES = 10;
    private static final String BAD_FORMAT = "ERR Bad data format";
    private static final String BAD_CHECKSUM = "ERR DUMP payload version or checksum are wrong";
    private static final String OTHER_TYPE =
            "ERR the payload is of a data type that Cachee does not hold itself: it needs a Redis or Valkey behind it"
                    + " (--l2)";

    private DumpPayload() {}

    static byte[] dump(byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(value.length + 16);
        out.write(0);
        writeLength(out, value.length);
        out.writeBytes(value);
        out.write(VERSION);
        out.write(VERSION >> 8);
        byte[] body = out.toByteArray();
        byte[] whole = Arrays.copyOf(body, body.length + Long.BYTES);
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(body.length, Crc64.of(body, body.length));
        return whole;
    }

    private static void writeLength(ByteArrayOutputStream out, int length) {
        if (length < 1 << 6) {
            out.write(length);
        } else if (length < 1 << 14) {
            out.write(1 << 6 | length >> 8);
            out.write(length);
        } else {
            out.write(1 << 7);
            out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
        }
    }

    /** The value in a payload. Throws the error for the client if there is none. */
    static byte[] restore(byte[] payload, long mostBytes) {
        if (payload.length < FOOTER_BYTES) {
            throw new CommandException(BAD_CHECKSUM);
        }
        ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        int end = payload.length - FOOTER_BYTES;
        int version = in.getShort(end);
        long checksum = in.getLong(payload.length - Long.BYTES);
        boolean right = checksum == Crc64.of(payload, payload.length - Long.BYTES);
        if (version > NEWEST_VERSION || !right) {
            throw new CommandException(BAD_CHECKSUM);
        }
        if (end < 2) {
            throw new CommandException(BAD_FORMAT);
        }
        if (payload[0] != 0) {
            throw new CommandException(OTHER_TYPE);
        }
        in.limit(end).position(1);
        byte[] value = read(in, mostBytes);
        if (in.hasRemaining()) {
            throw new CommandException(BAD_FORMAT);
        }
        return value;
    }

    private static byte[] read(ByteBuffer in, long mostBytes) {
        try {
            int first = in.get(in.position()) & 0xff;
            if (first >> 6 != 3) {
                return take(in, readLength(in));
            }
            in.get();
            return switch (first & 0x3f) {
                case 0 -> text(in.get());
                case 1 -> text(in.getShort());
                case 2 -> text(in.getInt());
                case 3 -> compressed(in, mostBytes);
                default -> throw new CommandException(BAD_FORMAT);
            };
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new CommandException(BAD_FORMAT);
        }
    }

    private static byte[] text(int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private static long readLength(ByteBuffer in) {
        int first = in.get() & 0xff;
        return switch (first >> 6) {
            case 0 -> first;
            case 1 -> (first & 0x3f) << 8 | in.get() & 0xff;
            default -> {
                if (first == 0x80) {
                    yield Integer.reverseBytes(in.getInt()) & 0xffffffffL;
                }
                if (first == 0x81) {
                    yield Long.reverseBytes(in.getLong());
                }
                throw new CommandException(BAD_FORMAT);
            }
        };
    }

    private static byte[] take(ByteBuffer in, long length) {
        if (length < 0 || length > in.remaining()) {
            throw new CommandException(BAD_FORMAT);
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return bytes;
    }

    private static byte[] compressed(ByteBuffer in, long mostBytes) {
        long packedLength = readLength(in);
        long length = readLength(in);
        if (length < 0 || length > mostBytes) {
            throw CommandException.tooLong();
        }
        byte[] packed = take(in, packedLength);
        byte[] value = new byte[(int) length];
        if (unpack(packed, value) != value.length) {
            throw new CommandException(BAD_FORMAT);
        }
        return value;
    }

    /** Unpacks LZF, which consists of literal runs and of references to bytes unpacked before. */
    private static int unpack(byte[] in, byte[] out) {
        int from = 0;
        int to = 0;
        while (from < in.length) {
            int control = in[from++] & 0xff;
            if (control < 1 << 5) {
                int run = control + 1;
                System.arraycopy(in, from, out, to, run);
                from += run;
                to += run;
            } else {
                int run = control >> 5;
                if (run == 7) {
                    run += in[from++] & 0xff;
                }
                int source = to - ((control & 0x1f) << 8) - (in[from++] & 0xff) - 1;
                for (int i = 0; i < run + 2; i++) {
                    out[to++] = out[source++];
                }
            }
        }
        return to;
    }
}
