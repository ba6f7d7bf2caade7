package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Decimal;
import io.cachee.store.PutMode;
import io.cachee.store.Store;

/** The options of SET. A syntax error anywhere takes precedence over an invalid expire time. */
final class SetOptions {
    PutMode mode = PutMode.ALWAYS;
    boolean get;
    /** Milliseconds, {@link Store#NO_TTL}, {@link Store#KEEP_TTL}, or {@link ExpireTime#PAST}. */
    long ttl = Store.NO_TTL;

    private boolean keep;
    /** Which of EX, PX, EXAT and PXAT was given. It has no meaning while {@link #amountAt} is 0. */
    private ExpireTime.Unit unit = ExpireTime.Unit.EX;

    /** The argument that is the number behind the unit; 0 without one. */
    private int amountAt;

    private SetOptions() {}

    static SetOptions parse(Request request) {
        SetOptions options = new SetOptions();
        for (int i = 3; i < request.count(); i++) {
            if (request.is(i, "NX")) {
                options.mode(PutMode.IF_ABSENT);
            } else if (request.is(i, "XX")) {
                options.mode(PutMode.IF_PRESENT);
            } else if (request.is(i, "GET")) {
                options.get = true;
            } else if (request.is(i, "KEEPTTL") && options.amountAt == 0) {
                options.keep = true;
            } else {
                i = options.expiry(request, i);
            }
        }
        if (options.keep) {
            options.ttl = Store.KEEP_TTL;
        } else if (options.amountAt > 0) {
            options.ttl = ExpireTime.ttl(Decimal.integer(request, options.amountAt), options.unit, "set");
        }
        return options;
    }

    /** Whether NX and XX allow the SET of a key that exists or does not. */
    boolean allows(boolean present) {
        return switch (mode.condition()) {
            case IF_ABSENT -> !present;
            case IF_PRESENT -> present;
            default -> true;
        };
    }

    private void mode(PutMode wanted) {
        if (mode.condition() != PutMode.Condition.ALWAYS && mode.condition() != wanted.condition()) {
            throw CommandException.syntax();
        }
        mode = wanted;
    }

    /** Notes a unit, such as EX, and its number. Returns the argument of the number. */
    private int expiry(Request request, int at) {
        ExpireTime.Unit said = ExpireTime.Unit.of(request, at);
        boolean sameAsBefore = amountAt == 0 || unit == said;
        if (said == null || keep || !sameAsBefore || at + 1 >= request.count()) {
            throw CommandException.syntax();
        }
        unit = said;
        amountAt = at + 1;
        return amountAt;
    }
}
