package io.cachee.server.proxy;

import io.cachee.nearcache.NearCache;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.Trait;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys that a client writes over its own connection to L2. L1 forgets them when the request leaves, and again when
 * a reply has come: in between, a load may have brought back the old value. Nobody can tell which reply says that a
 * write has happened (in a transaction, it is the reply to EXEC), so each reply counts until none is awaited. Confined
 * to the link's event loop.
 */
final class WrittenKeys {
    /** If a client writes more keys than this, L1 forgets everything instead. */
    private static final int MOST = 10_000;

    private final NearCache nearCache;
    private final List<byte[]> keys = new ArrayList<>();
    private boolean areAll;
    /** Whether a request was sent that may write keys it does not name, and the slot whose node got the first one. */
    private boolean hasUnnamed;

    private int slotOfUnnamed;

    WrittenKeys(NearCache nearCache) {
        this.nearCache = nearCache;
    }

    /** A request is about to be sent that may write these keys. */
    void add(Command command, List<byte[]> written, int slot) {
        written.forEach(nearCache::forget);
        if (command.writesUnnamed && !hasUnnamed) {
            hasUnnamed = true;
            slotOfUnnamed = slot;
        }
        if (command.is(Trait.CHANGES_ALL) || keys.size() + written.size() > MOST) {
            areAll = true;
            keys.clear();
        } else if (!areAll) {
            keys.addAll(written);
        }
    }

    /** A reply has come: L1 forgets what was written. */
    void forget() {
        if (areAll) {
            nearCache.forgetAll();
        } else {
            keys.forEach(nearCache::forget);
        }
    }

    /** L2 has replied to all requests, and no transaction is open. */
    void clear() {
        keys.clear();
        areAll = false;
        hasUnnamed = false;
    }

    boolean hasUnnamed() {
        return hasUnnamed;
    }

    int slotOfUnnamed() {
        return slotOfUnnamed;
    }
}
