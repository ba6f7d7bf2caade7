package io.cachee.server.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.KeyspaceEvent;
import io.cachee.store.StoreFullException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** INCR, DECR and the like, on values that are numbers. */
final class NumberCommands {
    /** The digits behind the point that Redis prints of a long double. */
    private static final int DIGITS_AFTER_POINT = 17;

    private static final int MOST_DIGITS = 256;
    private static final String NOT_FINITE = "ERR increment would produce NaN or Infinity";

    private NumberCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("incr 2 write,denyoom,fast @string RWau:1 FORWARD", call -> add(call, 1));
        rows.add("decr 2 write,denyoom,fast @string RWau:1 FORWARD", call -> add(call, -1));
        rows.add(
                "incrby 3 write,denyoom,fast @string RWau:1 FORWARD",
                call -> add(call, Decimal.integer(call.request, 2)));
        rows.add(
                "decrby 3 write,denyoom,fast @string RWau:1 FORWARD",
                call -> add(call, negated(Decimal.integer(call.request, 2))));
        rows.add("incrbyfloat 3 write,denyoom,fast @string RWau:1 FORWARD", NumberCommands::addFloat);
    }

    private static void add(CommandContext call, long delta) {
        long sum;
        try {
            sum = call.store.add(call.key(1).keyBytes(), delta);
        } catch (NumberFormatException notANumber) {
            throw CommandException.notAnInteger();
        } catch (ArithmeticException overflow) {
            throw new CommandException("ERR increment or decrement would overflow");
        } catch (StoreFullException full) {
            throw CommandException.outOfMemory();
        }
        call.changed(KeyspaceEvent.INCRBY);
        call.reply.integer(sum);
    }

    private static long negated(long delta) {
        if (delta == Long.MIN_VALUE) {
            throw new CommandException("ERR decrement would overflow");
        }
        return -delta;
    }

    private static void addFloat(CommandContext call) {
        BigDecimal delta = parse(call.request.bytes(2));
        byte[][] result = new byte[1][];
        call.key(1).modify(current -> {
            BigDecimal before = current == null ? BigDecimal.ZERO : parse(current);
            byte[] sum = format(before.add(delta)).getBytes(UTF_8);
            result[0] = sum;
            return sum;
        });
        call.changed(KeyspaceEvent.INCRBYFLOAT);
        call.reply.bulk(result[0]);
    }

    private static BigDecimal parse(byte[] text) {
        String number = new String(text, UTF_8);
        if (number.length() > MOST_DIGITS || number.isBlank() || Character.isWhitespace(number.charAt(0))) {
            throw CommandException.notAFloat();
        }
        String word = number.toLowerCase(Locale.ROOT);
        if (word.matches("[+-]?(inf|infinity)")) {
            throw new CommandException(NOT_FINITE);
        }
        BigDecimal value = parsed(number);
        if (value == null) {
            throw CommandException.notAFloat();
        }
        if (value.signum() != 0 && Math.abs((long) value.precision() - value.scale()) > MOST_DIGITS) {
            throw new CommandException(NOT_FINITE);
        }
        return value;
    }

    private static @Nullable BigDecimal parsed(String number) {
        try {
            return new BigDecimal(number);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static String format(BigDecimal value) {
        if (value.signum() == 0) {
            return "0";
        }
        return value.setScale(DIGITS_AFTER_POINT, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
    }
}
