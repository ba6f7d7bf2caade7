package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.KeyspaceEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** BITFIELD: integers of 1 to 64 bits at any bit offset of a value. */
final class BitFieldCommands {
    private static final String BAD_TYPE =
            "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";
    private static final String BAD_OFFSET = "ERR bit offset is not an integer or out of range";

    static void addTo(CommandRows rows) {
        rows.add(
                "bitfield -2 write,denyoom @bitmap RWau~:1 FORWARD writes-with=SET,INCRBY",
                call -> new BitFieldCommands(call).run(false));
        rows.add("bitfield_ro -2 readonly,fast @bitmap ROa:1 FORWARD", call -> new BitFieldCommands(call).run(true));
    }

    /** What happens to a number that does not fit its width. */
    private enum Overflow {
        WRAP,
        SAT,
        FAIL
    }

    private enum Kind {
        GET,
        SET,
        INCRBY
    }

    /** One operation of a request, on the number of {@code bits} at the bit {@code offset}. */
    private record Operation(Kind kind, boolean signed, int bits, long offset, long amount, Overflow overflow) {
        long read(byte[] value) {
            long number = 0;
            for (int i = 0; i < bits; i++) {
                number = number << 1 | BitCommands.bitAt(value, offset + i);
            }
            boolean negative = signed && bits < 64 && (number >>> bits - 1 & 1) == 1;
            return negative ? number | -1L << bits : number;
        }

        void write(byte[] value, long number) {
            for (int i = 0; i < bits; i++) {
                long bit = number >>> bits - 1 - i & 1;
                int at = (int) (offset + i >>> 3);
                int mask = 0x80 >>> (offset + i & 7);
                value[at] = (byte) (bit == 1 ? value[at] | mask : value[at] & ~mask);
            }
        }

        private long most() {
            return signed ? (1L << bits - 1) - 1 : (1L << bits) - 1;
        }

        private long least() {
            return signed ? -1L << bits - 1 : 0;
        }

        /** The number to store in place of {@code old}; null if it overflows and OVERFLOW is FAIL. */
        @Nullable
        Long next(long old) {
            if (kind == Kind.SET) {
                boolean fits = bits == 64 || amount >= least() && amount <= most();
                boolean above = amount > 0 || !signed;
                return fits ? Long.valueOf(amount) : overflowed(amount, above);
            }
            long sum = old + amount;
            boolean wrapped = ((old ^ sum) & (amount ^ sum)) < 0;
            boolean fits = !wrapped && (bits == 64 || sum >= least() && sum <= most());
            return fits ? Long.valueOf(sum) : overflowed(sum, amount > 0);
        }

        private @Nullable Long overflowed(long number, boolean above) {
            return switch (overflow) {
                case FAIL -> null;
                case SAT -> above ? most() : least();
                case WRAP -> wrapped(number);
            };
        }

        private long wrapped(long number) {
            if (bits == 64) {
                return number;
            }
            long low = number & (1L << bits) - 1;
            boolean negative = signed && (low >>> bits - 1 & 1) == 1;
            return negative ? low | -1L << bits : low;
        }
    }

    private final List<Operation> operations = new ArrayList<>();
    private final CommandContext call;
    private Overflow overflow = Overflow.WRAP;
    /** Whether an operation wrote its number. Only then is there an event: making the value longer is none. */
    private boolean wrote;

    private BitFieldCommands(CommandContext call) {
        this.call = call;
    }

    private void run(boolean readOnly) {
        parse(call.request);
        boolean writes = operations.stream().anyMatch(o -> o.kind != Kind.GET);
        if (readOnly && writes) {
            throw new CommandException("ERR BITFIELD_RO only supports the GET subcommand");
        }
        List<@Nullable Long> results = new ArrayList<>();
        call.key(1);
        if (writes) {
            boolean changed = call.modify(current -> apply(BitCommands.orEmpty(current), results));
            if (changed && wrote) {
                call.changed(KeyspaceEvent.SETBIT);
            }
        } else {
            byte[] value = BitCommands.orEmpty(call.value());
            for (Operation operation : operations) {
                results.add(operation.read(value));
            }
        }
        call.reply.array(results.size());
        for (Long result : results) {
            if (result == null) {
                call.reply.nothing();
            } else {
                call.reply.integer(result);
            }
        }
    }

    private byte @Nullable [] apply(byte[] current, List<@Nullable Long> results) {
        results.clear();
        wrote = false;
        byte[] value = current;
        boolean changed = false;
        for (Operation operation : operations) {
            long old = operation.read(value);
            if (operation.kind == Kind.GET) {
                results.add(old);
                continue;
            }
            Long next = operation.next(old);
            // As in Redis, an operation that fails still makes the value long enough for its number.
            int needed = (int) (operation.offset + operation.bits + 7 >>> 3);
            changed |= next != null || needed > value.length;
            value = Arrays.copyOf(value, Math.max(value.length, needed));
            if (next != null) {
                wrote = true;
                operation.write(value, next);
            }
            results.add(next == null ? null : operation.kind == Kind.SET ? Long.valueOf(old) : next);
        }
        return changed ? value : null;
    }

    private void parse(Request request) {
        int i = 2;
        while (i < request.count()) {
            if (request.is(i, "OVERFLOW") && i + 1 < request.count()) {
                overflow = overflow(request.text(i + 1));
                i += 2;
            } else if (request.is(i, "GET") && i + 2 < request.count()) {
                add(Kind.GET, i);
                i += 3;
            } else if ((request.is(i, "SET") || request.is(i, "INCRBY")) && i + 3 < request.count()) {
                add(request.is(i, "SET") ? Kind.SET : Kind.INCRBY, i);
                i += 4;
            } else {
                throw CommandException.syntax();
            }
        }
    }

    private static Overflow overflow(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "WRAP" -> Overflow.WRAP;
            case "SAT" -> Overflow.SAT;
            case "FAIL" -> Overflow.FAIL;
            default -> throw new CommandException("ERR Invalid OVERFLOW type specified");
        };
    }

    private void add(Kind kind, int at) {
        String type = call.request.text(at + 1);
        if (!type.matches("[iu]\\d{1,2}")) {
            throw new CommandException(BAD_TYPE);
        }
        boolean signed = type.charAt(0) == 'i';
        int bits = Integer.parseInt(type.substring(1));
        if (bits < 1 || bits > (signed ? 64 : 63)) {
            throw new CommandException(BAD_TYPE);
        }
        long offset = offset(call.request.text(at + 2), bits);
        long amount = kind == Kind.GET ? 0 : Decimal.integer(call.request, at + 3);
        operations.add(new Operation(kind, signed, bits, offset, amount, overflow));
    }

    private long offset(String text, int bits) {
        boolean inNumbers = text.startsWith("#");
        byte[] digits = text.substring(inNumbers ? 1 : 0).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        long offset = Decimal.integer(digits, 0, digits.length, BAD_OFFSET);
        long most = call.store.maxValueSize() * 8;
        if (offset < 0 || offset > most) {
            throw new CommandException(BAD_OFFSET);
        }
        long bitOffset = inNumbers ? offset * bits : offset;
        if (bitOffset + bits > most) {
            throw new CommandException(BAD_OFFSET);
        }
        return bitOffset;
    }
}
