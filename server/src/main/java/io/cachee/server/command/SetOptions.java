package io.cachee.server.command;

import io.cachee.server.resp.Request;
import io.cachee.store.PutMode;
import io.cachee.store.Store;

/** What SET is told beyond key and value. */
final class SetOptions {
    PutMode mode = PutMode.ALWAYS;
    boolean get;
    /** Milliseconds, {@link Store#NO_TTL}, {@link Store#KEEP_TTL}, or {@link Expiry#PAST}. */
    long ttl = Store.NO_TTL;

    private boolean expirySaid;

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
            } else if (request.is(i, "KEEPTTL")) {
                options.expiry(Store.KEEP_TTL);
            } else {
                boolean seconds = request.is(i, "EX") || request.is(i, "EXAT");
                boolean moment = request.is(i, "EXAT") || request.is(i, "PXAT");
                if (!seconds && !moment && !request.is(i, "PX") || i + 1 >= request.count()) {
                    throw CommandException.syntax();
                }
                i++;
                options.expiry(Expiry.ttl(Decimal.integer(request, i), seconds, moment, "set"));
            }
        }
        return options;
    }

    /** Whether the condition holds for a key that is there, or is not. */
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

    private void expiry(long wanted) {
        if (expirySaid) {
            throw CommandException.syntax();
        }
        expirySaid = true;
        ttl = wanted;
    }
}
