package io.cachee.server.proxy;

import io.cachee.nearcache.FleetList;
import io.cachee.server.engine.Bytes;
import io.cachee.server.engine.HotKeys;
import io.cachee.server.engine.SharedState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The keys of L1 that are read most: those that were counted as hot, and after them those that the eviction policy has
 * seen often, out of a part of the store that moves on from call to call. Of one thread.
 */
final class HottestKeys {
    private static final int LOOKED_AT = 20_000;
    private static final int STEP = 1_000;
    private static final long COUNTED = 1_000;

    private record Candidate(Bytes key, int frequency) {}

    private final SharedState shared;
    private long cursor;

    HottestKeys(SharedState shared) {
        this.shared = shared;
    }

    List<FleetList.Weighted> find(int most, int database) {
        List<FleetList.Weighted> found = new ArrayList<>();
        Set<Bytes> known = new HashSet<>();
        for (HotKeys.Entry entry : shared.statistics.hottest(false, most)) {
            byte[] stored = entry.key().value();
            if (shared.databases.databaseOf(stored) == database) {
                known.add(entry.key());
                found.add(new FleetList.Weighted(shared.databases.nameOf(stored), COUNTED + entry.count()));
            }
        }
        PriorityQueue<Candidate> best = new PriorityQueue<>(Comparator.comparingInt(Candidate::frequency));
        for (int i = 0; i < LOOKED_AT; i += STEP) {
            cursor = shared.store.scan(cursor, STEP, (key, info) -> {
                best.add(new Candidate(new Bytes(key), info.frequency()));
                if (best.size() > most) {
                    best.remove();
                }
            });
            if (cursor == 0) {
                break;
            }
        }
        for (Candidate one : best) {
            boolean isOurs = shared.databases.databaseOf(one.key.value()) == database;
            if (found.size() < most && isOurs && known.add(one.key)) {
                found.add(new FleetList.Weighted(shared.databases.nameOf(one.key.value()), 1L + one.frequency));
            }
        }
        return found;
    }
}
