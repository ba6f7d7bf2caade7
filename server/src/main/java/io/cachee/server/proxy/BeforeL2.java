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

/** The sidecar before an L2: routes commands between the store and L2, and tells how L2 is. */
public final class BeforeL2 {
    private final SharedState shared;
    private final int database;
    private final NearCache nearCache;
    private final L2State state = new L2State();
    private volatile @Nullable NearCache openedNearCache;
    private final HottestKeys hottestKeys;
    private volatile WarmUp.@Nullable Result warmUp;

    /** Places an L2 behind the store, which then holds values of one database of it. Call before accepting clients. */
    public static BeforeL2 open(
            SharedState shared,
            L2Options link,
            EventLoop loop,
            int database,
            int mostLoads,
            Map<String, KeyspacePolicy> policies) {
        BeforeL2 proxy = new BeforeL2(shared, link, loop, database, mostLoads, policies);
        shared.routeBy(new L2Routing(shared, proxy));
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
                new L2Events(shared, state, this::isWholeAgain, database),
                loop,
                link,
                mostLoads);
        this.openedNearCache = nearCache;
    }

    /** The store as the first of two tiers. */
    public NearCache nearCache() {
        return nearCache;
    }

    /** The database of L2 whose values are kept. */
    int database() {
        return database;
    }

    /** Whether everything served of L2 is vouched for. */
    public boolean isCoherent() {
        return nearCache.l2().status().isCoherent();
    }

    /** A feed may begin while the link is still being opened: then there was no loss that could be over. */
    private boolean isWholeAgain() {
        NearCache opened = openedNearCache;
        return opened != null && opened.l2().status().isCoherent();
    }

    /** How L2 is, in plain words. */
    public String state() {
        return state.words(nearCache.l2().status());
    }

    /** Of stored keys, those of the database that is kept here, under their names in L2. */
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

    /** Notes what was loaded before the first client came. */
    public void warmedUp(WarmUp.Result result) {
        warmUp = result;
    }

    WarmUp.@Nullable Result warmUp() {
        return warmUp;
    }

    /** Sends what was written to L2 and leaves it. */
    void close() {
        int lost = nearCache.drain();
        if (lost > 0) {
            shared.log(lost + " keys that were written are not in L2, and are lost", null);
        }
        nearCache.close();
    }
}
