package io.cachee.server.command;

import io.cachee.store.Store;

/**
 * Times to live as clients give them: from now or as a moment of the wall clock, in seconds or milliseconds. Only
 * moments look at the wall clock; what follows is measured by the monotonic one.
 */
final class Expiry {
    /** A moment that has passed already. */
    static final long PAST = 0;
    /** The longest that the store keeps; longer ones are as good as that. */
    private static final long MOST_MILLIS = (1L << 47) - 1;

    private Expiry() {}

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
        long ttl = moment ? millis - now : millis;
        return Math.min(ttl, MOST_MILLIS);
    }

    static CommandException invalid(String command) {
        return new CommandException("ERR invalid expire time in '" + command + "' command");
    }

    /** When an entry with this time to live expires, by the wall clock; -1 for never. */
    static long momentOf(long ttlMillis) {
        return ttlMillis == Store.NO_TTL ? -1 : System.currentTimeMillis() + ttlMillis;
    }
}
