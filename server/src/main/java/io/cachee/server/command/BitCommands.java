package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.KeyspaceEvent;
import io.cachee.store.PutMode;
import io.cachee.store.Store;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** GETBIT, BITCOUNT and the like, on values as strings of bits. Bit 0 is the highest bit of the first byte. */
final class BitCommands {
    private static final byte[] EMPTY = {};
    private static final String BAD_OFFSET = "ERR bit offset is not an integer or out of range";
    private static final String BAD_BIT = "ERR bit is not an integer or out of range";

    private BitCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("getbit 3 readonly,fast @bitmap ROa:1 FORWARD", BitCommands::getBit);
        rows.add("setbit 4 write,denyoom @bitmap RWau:1 FORWARD", BitCommands::setBit);
        rows.add("bitcount -2 readonly @bitmap ROa:1 FORWARD", BitCommands::count);
        rows.add("bitpos -3 readonly @bitmap ROa:1 FORWARD", BitCommands::position);
        rows.add("bitop -4 write,denyoom @bitmap OWu:2 ROa:3..-1 FORWARD exclusive", BitCommands::combine);
    }

    private static void getBit(CommandContext call) {
        long offset = bitOffset(call, 2);
        call.reply.integer(bitAt(orEmpty(call.key(1).value()), offset));
    }

    private static void setBit(CommandContext call) {
        long offset = bitOffset(call, 2);
        long bit = Decimal.integer(call.request, 3, BAD_BIT);
        if (bit != 0 && bit != 1) {
            throw new CommandException(BAD_BIT);
        }
        int[] before = new int[1];
        boolean done = call.key(1).modify(current -> {
            byte[] old = orEmpty(current);
            before[0] = bitAt(old, offset);
            int at = (int) (offset >>> 3);
            if (at < old.length && before[0] == bit) {
                return null;
            }
            byte[] changed = Arrays.copyOf(old, Math.max(old.length, at + 1));
            int mask = 0x80 >>> (offset & 7);
            changed[at] = (byte) (bit == 1 ? changed[at] | mask : changed[at] & ~mask);
            return changed;
        });
        if (done) {
            call.changed(KeyspaceEvent.SETBIT);
        }
        call.reply.integer(before[0]);
    }

    /** A range of bits; {@code to} is exclusive. */
    private record BitRange(long from, long to) {
        static BitRange of(CommandContext call, int first, int valueLength) {
            boolean inBits = false;
            if (call.count() > first + 2) {
                if (call.request.is(first + 2, "BIT")) {
                    inBits = true;
                } else if (!call.request.is(first + 2, "BYTE")) {
                    throw CommandException.syntax();
                }
            }
            long unit = inBits ? 1 : 8;
            long length = inBits ? 8L * valueLength : valueLength;
            long start = Decimal.integer(call.request, first);
            long end = call.count() > first + 1 ? Decimal.integer(call.request, first + 1) : -1;
            return of(start, end, length, unit);
        }

        private static BitRange of(long from, long to, long length, long unit) {
            long start = Math.max(0, from < 0 ? length + from : from);
            long end = Math.min(length - 1, Math.max(0, to < 0 ? length + to : to));
            return start > end ? new BitRange(0, 0) : new BitRange(start * unit, (end + 1) * unit);
        }
    }

    private static void count(CommandContext call) {
        byte[] value = call.key(1).value();
        if (value == null) {
            call.reply.integer(0);
            return;
        }
        if (call.count() == 3 || call.count() > 5) {
            throw CommandException.syntax();
        }
        BitRange range = call.count() == 2 ? new BitRange(0, 8L * value.length) : BitRange.of(call, 2, value.length);
        if (call.count() > 3 && isBackwards(call)) {
            call.reply.integer(0);
            return;
        }
        long ones = 0;
        long bit = range.from;
        while (bit < range.to) {
            if ((bit & 7) == 0 && range.to - bit >= 8) {
                ones += Integer.bitCount(value[(int) (bit >>> 3)] & 0xff);
                bit += 8;
            } else {
                ones += bitAt(value, bit);
                bit++;
            }
        }
        call.reply.integer(ones);
    }

    /** Whether both ends are negative and the start lies behind the end. Redis checks this for BITCOUNT only. */
    private static boolean isBackwards(CommandContext call) {
        long start = Decimal.integer(call.request, 2);
        long end = Decimal.integer(call.request, 3);
        return start < 0 && end < 0 && start > end;
    }

    private static void position(CommandContext call) {
        long wanted = Decimal.integer(call.request, 2);
        if (wanted != 0 && wanted != 1) {
            throw new CommandException("ERR The bit argument must be 1 or 0.");
        }
        byte[] value = call.key(1).value();
        if (value == null) {
            call.reply.integer(wanted == 1 ? -1 : 0);
            return;
        }
        if (call.count() > 6) {
            throw CommandException.syntax();
        }
        boolean endGiven = call.count() > 4;
        BitRange range = call.count() == 3 ? new BitRange(0, 8L * value.length) : BitRange.of(call, 3, value.length);
        byte skipped = (byte) (wanted == 1 ? 0 : 0xff);
        long bit = range.from;
        while (bit < range.to) {
            if ((bit & 7) == 0 && value[(int) (bit >>> 3)] == skipped) {
                bit += 8;
            } else if (bitAt(value, bit) == wanted) {
                break;
            } else {
                bit++;
            }
        }
        boolean found = bit < range.to;
        if (found) {
            call.reply.integer(bit);
        } else {
            // A range without an end counts as followed by zeros.
            boolean zerosFollow = wanted == 0 && !endGiven && range.from < range.to;
            call.reply.integer(zerosFollow ? 8L * value.length : -1);
        }
    }

    private static void combine(CommandContext call) {
        String operation = call.request.text(1).toUpperCase(Locale.ROOT);
        if (!List.of("AND", "OR", "XOR", "NOT").contains(operation)) {
            throw CommandException.syntax();
        }
        if (operation.equals("NOT") && call.count() != 4) {
            throw new CommandException("ERR BITOP NOT must be called with a single source key.");
        }
        byte[] result = combined(call, operation);
        call.key(2);
        if (result.length > 0) {
            call.put(result, Store.NO_TTL, PutMode.ALWAYS);
            call.changed(KeyspaceEvent.SET);
        } else if (call.delete()) {
            call.changed(KeyspaceEvent.DEL);
        }
        call.reply.integer(result.length);
    }

    /** The result, found in a time that depends on the number of keys and the sum of their values' lengths. */
    private static byte[] combined(CommandContext call, String operation) {
        byte[] result = orEmpty(call.key(3).value());
        int shortest = result.length;
        for (int i = 4; i < call.count(); i++) {
            byte[] source = orEmpty(call.key(i).value());
            shortest = Math.min(shortest, source.length);
            if (source.length > result.length) {
                byte[] longer = source;
                source = result;
                result = longer;
            }
            combine(operation, result, source);
        }
        switch (operation) {
            // What a value lacks counts as zeros.
            case "AND" -> Arrays.fill(result, shortest, result.length, (byte) 0);
            case "NOT" -> {
                for (int i = 0; i < result.length; i++) {
                    result[i] = (byte) ~result[i];
                }
            }
            default -> {}
        }
        return result;
    }

    /** Combines the first bytes of {@code result}, as many as there are in {@code other}. */
    private static void combine(String operation, byte[] result, byte[] other) {
        switch (operation) {
            case "AND" -> {
                for (int i = 0; i < other.length; i++) {
                    result[i] &= other[i];
                }
            }
            case "OR" -> {
                for (int i = 0; i < other.length; i++) {
                    result[i] |= other[i];
                }
            }
            default -> {
                for (int i = 0; i < other.length; i++) {
                    result[i] ^= other[i];
                }
            }
        }
    }

    private static long bitOffset(CommandContext call, int argument) {
        long offset = Decimal.integer(call.request, argument, BAD_OFFSET);
        if (offset < 0 || offset >>> 3 >= call.store.maxValueSize()) {
            throw new CommandException(BAD_OFFSET);
        }
        return offset;
    }

    static int bitAt(byte[] value, long offset) {
        int at = (int) (offset >>> 3);
        return at >= value.length ? 0 : value[at] >> 7 - (offset & 7) & 1;
    }

    static byte[] orEmpty(byte @Nullable [] value) {
        return value == null ? EMPTY : value;
    }
}
