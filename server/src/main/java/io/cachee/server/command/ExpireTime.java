package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.CommandException;
import org.jspecify.annotations.Nullable;

/**
 * Expire times as clients give them, turned into the store's TTLs. A client gives seconds or milliseconds, and either a
 * duration or a moment of the wall clock. Only moments need the wall clock: the store counts down by a monotonic one.
 */
final class ExpireTime {
    /** A TTL that stands for a moment in the past. */
    static final long PAST = 0;
    /** The longest TTL that the store keeps. Longer ones are shortened to it. */
    static final long MOST_MILLIS = (1L << 47) - 1;

    private ExpireTime() {}

    /** The words before an expire time in SET and GETEX. */
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

        /** The unit that an argument names, or null if it names none. */
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

    /** The TTL in milliseconds, or {@link #PAST}. Refuses an amount that is not positive. */
    static long ttl(long amount, boolean seconds, boolean moment, String command) {
        if (amount <= 0) {
            throw invalid(command);
        }
        long ttl = signed(amount, seconds, moment, command);
        return ttl <= 0 ? PAST : ttl;
    }

    /** Milliseconds from now; zero or negative for a moment in the past. */
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

    /** An amount in milliseconds. Moments long before the epoch are cut, lest the difference to now overflow. */
    static long millis(long amount, boolean seconds) {
        return Math.max(seconds ? amount * 1_000 : amount, -MOST_MILLIS);
    }

    static CommandException invalid(String command) {
        return new CommandException("ERR invalid expire time in '" + command + "' command");
    }
}
