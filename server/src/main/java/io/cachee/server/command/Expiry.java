package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.CommandException;
import org.jspecify.annotations.Nullable;

/**
 * Times to live as clients give them: from now or as a moment of the wall clock, in seconds or milliseconds. Only
 * moments look at the wall clock; what follows is measured by the monotonic one.
 */
final class Expiry {
    /** A moment that has passed already. */
    static final long PAST = 0;
    /** The longest that the store keeps; longer ones are as good as that. */
    static final long MOST_MILLIS = (1L << 47) - 1;

    private Expiry() {}

    /** How SET and GETEX are told an expiry. */
    enum Unit {
        EX(true, false),
        PX(false, false),
        EXAT(true, true),
        PXAT(false, true);

        private final boolean seconds;
        private final boolean moment;

        Unit(boolean seconds, boolean moment) {
            this.seconds = seconds;
            this.moment = moment;
        }

        /** The unit that an argument names, or null. */
        static @Nullable Unit of(Request request, int argument) {
            for (Unit unit : ALL) {
                if (request.is(argument, unit.name())) {
                    return unit;
                }
            }
            return null;
        }

        private static final Unit[] ALL = values();
    }

    static long ttl(long amount, Unit unit, String command) {
        return ttl(amount, unit.seconds, unit.moment, command);
    }

    /** Milliseconds from now, of a number that must be positive; an error that names the command otherwise. */
    static long ttl(long amount, boolean seconds, boolean moment, String command) {
        if (amount <= 0) {
            throw invalid(command);
        }
        long ttl = signed(amount, seconds, moment, command);
        return ttl <= 0 ? PAST : ttl;
    }

    /** Milliseconds from now; not positive when that has passed. */
    static long signed(long amount, boolean seconds, boolean moment, String command) {
        if (seconds && (amount > Long.MAX_VALUE / 1_000 || amount < Long.MIN_VALUE / 1_000)) {
            throw invalid(command);
        }
        long millis = seconds ? amount * 1_000 : amount;
        long now = System.currentTimeMillis();
        if (!moment && millis > Long.MAX_VALUE - now) {
            throw invalid(command);
        }
        long ttl = moment ? millis(amount, seconds) - now : millis;
        return Math.clamp(ttl, -MOST_MILLIS, MOST_MILLIS);
    }

    /** An amount in milliseconds. Long before the epoch, the difference to now would overflow; that far is not kept. */
    static long millis(long amount, boolean seconds) {
        return Math.max(seconds ? amount * 1_000 : amount, -MOST_MILLIS);
    }

    static CommandException invalid(String command) {
        return new CommandException("ERR invalid expire time in '" + command + "' command");
    }
}
