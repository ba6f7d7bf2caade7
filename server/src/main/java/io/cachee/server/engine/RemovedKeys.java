package io.cachee.server.engine;

import io.cachee.store.RemovalListener;
import org.jspecify.annotations.Nullable;

/**
 * Passes on what the store removes of its own accord to those who listen for changes. It exists before the store does,
 * and the instance after it, so it is told of the instance when there is one.
 */
public final class RemovedKeys implements RemovalListener {
    private volatile @Nullable SharedState shared;

    void tell(SharedState listening) {
        shared = listening;
    }

    @Override
    public boolean isWanted() {
        SharedState listening = shared;
        // What goes from L1 is still in L2.
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
