package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.KeyspaceEvent;
import io.cachee.store.PutMode;
import io.cachee.store.Store;

/** What GETEX is told to do with the expiry of the key it reads. */
final class GetExOptions {
    private boolean persist;
    /** Which of EX, PX, EXAT and PXAT was said; none when its number's place is 0. */
    private Expiry.Unit unit = Expiry.Unit.EX;

    private int amountAt;

    private GetExOptions() {}

    /** Looks at the words; at the number among them only {@link #apply} does, when there is a key. */
    static GetExOptions parse(Request request) {
        GetExOptions options = new GetExOptions();
        for (int i = 2; i < request.count(); i++) {
            Expiry.Unit said = Expiry.Unit.of(request, i);
            boolean sameAsBefore = options.amountAt == 0 || options.unit == said;
            if (request.is(i, "PERSIST") && options.amountAt == 0) {
                options.persist = true;
            } else if (said != null && !options.persist && sameAsBefore && i + 1 < request.count()) {
                options.unit = said;
                options.amountAt = ++i;
            } else {
                throw CommandException.syntax();
            }
        }
        return options;
    }

    /** What becomes of the expiry: as for SET, or {@link Store#KEEP_TTL}. */
    long ttl(Request request) {
        if (persist) {
            return Store.NO_TTL;
        }
        return amountAt == 0 ? Store.KEEP_TTL : Expiry.ttl(Decimal.integer(request, amountAt), unit, "getex");
    }

    /** Changes the expiry of the key chosen, which expires at present as {@code call.info} says. */
    static void apply(CommandContext call, long ttl) {
        if (ttl == Expiry.PAST) {
            call.delete();
            call.changed(KeyspaceEvent.DEL);
        } else if (ttl == Store.NO_TTL && call.info.ttlMillis() != Store.NO_TTL) {
            call.store.expire(call.key, call.keyOffset, call.keyLength, ttl, PutMode.ALWAYS);
            call.changed(KeyspaceEvent.PERSIST);
        } else if (ttl > 0) {
            call.store.expire(call.key, call.keyOffset, call.keyLength, ttl, PutMode.ALWAYS);
            call.changed(KeyspaceEvent.EXPIRE);
        }
    }
}
