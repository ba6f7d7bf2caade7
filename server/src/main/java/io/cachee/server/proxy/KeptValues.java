package io.cachee.server.proxy;

import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.Verdict;
import io.cachee.resp.Request;
import io.cachee.server.engine.CommandContext;
import io.cachee.store.Stamp;
import io.cachee.store.Store;
import org.jspecify.annotations.Nullable;

/** The values in L1, and whether a client may be served one of them now. */
final class KeptValues {
    /** Stands for a value that is too large. A value is never empty, because it ends with its stamp. */
    static final byte[] TOO_LARGE = {};

    private final NearCache nearCache;
    private final int database;

    /** @param database the database of L2 whose values are kept in L1 */
    KeptValues(NearCache nearCache, int database) {
        this.nearCache = nearCache;
        this.database = database;
    }

    /** Whether L1 may answer this client: not in another database, nor while a write of the client is under way. */
    boolean mayServe(CommandContext call) {
        return call.session.database == database && call.session.writesAwaited == 0;
    }

    /** Whether the key is longer than any that L1 can hold. */
    boolean isTooLong(CommandContext call, int argument) {
        return call.request.length(argument) > Store.MAX_KEY_SIZE - call.shared.databases.prefixBytes();
    }

    /** Whether the last write of the key may not be in L2 yet. */
    boolean isWrittenBehind(CommandContext call, int argument) {
        return nearCache.writeBehind().pendingKeys() > 0
                && nearCache.writeBehind().find(call.request.bytes(argument)) != null;
    }

    Keyspace keyspaceOf(CommandContext call, int argument) {
        Request request = call.request;
        return nearCache.keyspaces().of(request.buffer(), request.start(argument), request.length(argument));
    }

    /**
     * The value under a key with its stamp behind it, if it may be served; null if not. The call's stamp is then that
     * of the value.
     *
     * @param most the size of the largest value wanted; a larger one is {@link #TOO_LARGE}
     */
    byte @Nullable [] find(CommandContext call, int argument, Keyspace keyspace, int most) {
        call.key(argument);
        if (!call.describe()) {
            return null;
        }
        if (call.info.valueLength() > most) {
            return TOO_LARGE;
        }
        byte[] value = call.peek();
        if (value == null || value.length < Stamp.BYTES) {
            return null;
        }
        Stamp stamp = call.stamp.read(value, value.length);
        Verdict verdict = nearCache.judge(stamp, keyspace);
        if (verdict == Verdict.REFRESH) {
            nearCache.refresh(call.keyName(), keyspace);
        }
        return verdict == Verdict.FRESH || verdict == Verdict.REFRESH ? value : null;
    }

    /** As {@link #find} for the call's first argument, but null if the value is too large. */
    byte @Nullable [] findFirst(CommandContext call, Keyspace keyspace, int most) {
        byte[] value = find(call, 1, keyspace, most);
        return value == null || value.length == 0 ? null : value;
    }

    /** Whether L1 may answer this client's question about the first key. */
    boolean mayServeFirst(CommandContext call) {
        return mayServe(call) && !isTooLong(call, 1) && !isWrittenBehind(call, 1);
    }
}
