package io.cachee.server.proxy;

import io.cachee.l2.L2Options;
import io.cachee.nearcache.FleetList;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.Keyspaces;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.WarmUp;
import io.cachee.server.engine.SharedState;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sidecar before an L2: places the L2 behind the store, and tells what state it is in. */
public final class BeforeL2 {
    private final SharedState shared;
    private final int database;
    private final NearCache nearCache;
    private final L2State state = new L2State();
    private volatile @Nullable NearCache openedNearCache;
    private final HottestKeys hottestKeys;
    private volatile WarmUp.@Nullable Result warmUp;

    /**
     * Places an L2 behind the store, which then holds values of one of L2's databases. Call before accepting clients.
     *
     * @param loop the event loop of the link to L2
     * @param database the database whose values are kept
     * @param mostLoads how many loads may be under way at once
     * @param mayAdminister whether L2 is sent commands that change the server itself
     * @param policies how keys are kept, by the name of their keyspace
     */
    public static BeforeL2 open(
            SharedState shared,
            L2Options link,
            EventLoop loop,
            int database,
            int mostLoads,
            boolean mayAdminister,
            Map<String, KeyspacePolicy> policies) {
        BeforeL2 proxy = new BeforeL2(shared, link, loop, database, mostLoads, policies);
        shared.routeBy(new L2Routing(shared, proxy, mayAdminister));
        return proxy;
    }

    private BeforeL2(
            SharedState shared,
            L2Options link,
            EventLoop loop,
            int database,
            int mostLoads,
            Map<String, KeyspacePolicy> policies) {
        this.shared = shared;
        this.database = database;
        this.hottestKeys = new HottestKeys(shared);
        Keyspaces keyspaces = new Keyspaces();
        keyspaces.define(policies);
        this.nearCache = NearCache.open(
                shared.store,
                keyspaces,
                key -> shared.databases.storedName(database, key),
                new L2Events(shared, state, this::isWholeAgain, database, loop),
                loop,
                link,
                mostLoads);
        this.openedNearCache = nearCache;
    }

    /** The store with L2 behind it. */
    public NearCache nearCache() {
        return nearCache;
    }

    /** The database of L2 whose values are kept in L1. */
    int database() {
        return database;
    }

    /** Whether L2 reports changes of all its keys, so that what L1 serves is current. */
    public boolean isCoherent() {
        return nearCache.l2().status().isCoherent();
    }

    /** False while the link is still being opened; a feed may begin as early as that. */
    private boolean isWholeAgain() {
        NearCache opened = openedNearCache;
        return opened != null && opened.l2().status().isCoherent();
    }

    /** The state of L2 in plain words. */
    public String state() {
        return state.words(nearCache.l2().status());
    }

    /** The names in L2 of those stored keys that belong to the database kept here. */
    public List<byte[]> namesInL2(List<byte[]> stored) {
        return stored.stream()
                .filter(key -> shared.databases.databaseOf(key) == database)
                .map(shared.databases::nameOf)
                .toList();
    }

    /** The hottest keys of L1. Call from one thread. */
    public List<FleetList.Weighted> hottestKeys(int most) {
        return hottestKeys.find(most, database);
    }

    /** Takes note of what was loaded before the first client came. */
    public void warmedUp(WarmUp.Result result) {
        warmUp = result;
    }

    WarmUp.@Nullable Result warmUp() {
        return warmUp;
    }

    /** Sends writes that are not in L2 yet, and closes the link. */
    void close() {
        int lost = nearCache.drain();
        if (lost > 0) {
            shared.log(lost + " keys that were written are not in L2, and are lost", null);
        }
        nearCache.close();
    }
}
