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
 * Finds the keys of L1 that are read most. First come the keys that were counted as hot. Then come the keys that the
 * eviction policy has seen most often in a part of the store; each call looks at the next part. Confined to one thread.
 */
final class HottestKeys {
    /** How many keys of the store one call looks at, and how many at once. */
    private static final int MOST_SCANNED = 20_000;

    private static final int SCANNED_AT_ONCE = 1_000;
    /** What a key that was counted as hot weighs more than any other. */
    private static final long WEIGHT_OF_COUNTED = 1_000;

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
                found.add(new FleetList.Weighted(shared.databases.nameOf(stored), WEIGHT_OF_COUNTED + entry.count()));
            }
        }
        PriorityQueue<Candidate> best = new PriorityQueue<>(Comparator.comparingInt(Candidate::frequency));
        for (int i = 0; i < MOST_SCANNED; i += SCANNED_AT_ONCE) {
            cursor = shared.store.scan(cursor, SCANNED_AT_ONCE, (key, info) -> {
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
