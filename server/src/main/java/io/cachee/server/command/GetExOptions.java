package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.KeyspaceEvent;
import io.cachee.store.PutMode;
import io.cachee.store.Store;

/** The options of GETEX: what becomes of the expiry of the key it reads. */
final class GetExOptions {
    private boolean persist;
    /** Which of EX, PX, EXAT and PXAT was given. It has no meaning while {@link #amountAt} is 0. */
    private ExpireTime.Unit unit = ExpireTime.Unit.EX;

    /** The argument that is the number behind the unit; 0 without one. */
    private int amountAt;

    private GetExOptions() {}

    /** Checks the syntax. The number is parsed by {@link #ttl} and only if the key exists, as in Redis. */
    static GetExOptions parse(Request request) {
        GetExOptions options = new GetExOptions();
        for (int i = 2; i < request.count(); i++) {
            ExpireTime.Unit said = ExpireTime.Unit.of(request, i);
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

    /** The new TTL: as in {@link SetOptions#ttl}. {@link Store#KEEP_TTL} without options. */
    long ttl(Request request) {
        if (persist) {
            return Store.NO_TTL;
        }
        return amountAt == 0 ? Store.KEEP_TTL : ExpireTime.ttl(Decimal.integer(request, amountAt), unit, "getex");
    }

    /** Changes the expiry of the chosen key, whose current one is in {@code call.info}. */
    static void apply(CommandContext call, long ttl) {
        if (ttl == ExpireTime.PAST) {
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
