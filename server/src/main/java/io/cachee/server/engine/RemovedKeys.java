package io.cachee.server.engine;

import io.cachee.store.RemovalListener;
import org.jspecify.annotations.Nullable;

/**
 * Reports the keys that the store evicts or expires to the clients that listen for changes. The store needs it before
 * there is a {@link SharedState}, so that is set afterwards.
 */
public final class RemovedKeys implements RemovalListener {
    private volatile @Nullable SharedState shared;

    void reportTo(SharedState listening) {
        shared = listening;
    }

    @Override
    public boolean isWanted() {
        SharedState listening = shared;
        // With an L2, what is removed here still exists there.
        return listening != null && !listening.routing().hasL2() && listening.keyChanges.isWanted();
    }

    @Override
    public void removed(byte[] key, Reason reason) {
        SharedState listening = shared;
        int database = listening == null ? -1 : listening.databases.databaseOf(key);
        if (listening != null && database >= 0) {
            KeyspaceEvent event = reason == Reason.EXPIRED ? KeyspaceEvent.EXPIRED : KeyspaceEvent.EVICTED;
            listening.keyChanges.changed(null, database, listening.databases.nameOf(key), event);
        }
    }
}
