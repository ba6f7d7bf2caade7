package io.cachee.server.command;

import io.cachee.server.resp.Request;
import io.cachee.store.PutMode;
import io.cachee.store.Store;

/** What GETEX is told to do with the expiry of the key it reads. */
final class GetExOptions {
    private static final long UNSAID = Long.MIN_VALUE;

    private final long ttl;

    private GetExOptions(long ttl) {
        this.ttl = ttl;
    }

    static GetExOptions parse(Request request) {
        if (request.count() == 2) {
            return new GetExOptions(UNSAID);
        }
        if (request.count() == 3 && request.is(2, "PERSIST")) {
            return new GetExOptions(Store.NO_TTL);
        }
        boolean seconds = request.is(2, "EX") || request.is(2, "EXAT");
        boolean moment = request.is(2, "EXAT") || request.is(2, "PXAT");
        if (request.count() != 4 || !seconds && !moment && !request.is(2, "PX")) {
            throw CommandException.syntax();
        }
        return new GetExOptions(Expiry.ttl(Decimal.integer(request, 3), seconds, moment, "getex"));
    }

    void apply(Call call) {
        if (ttl == UNSAID) {
            return;
        }
        if (ttl == Expiry.PAST) {
            call.delete();
            call.changed(Event.DEL);
            return;
        }
        call.store.expire(call.key, call.keyOffset, call.keyLength, ttl, PutMode.ALWAYS);
        call.changed(ttl == Store.NO_TTL ? Event.PERSIST : Event.EXPIRE);
    }
}
