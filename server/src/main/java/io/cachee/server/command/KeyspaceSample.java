package io.cachee.server.command;

import io.cachee.server.engine.SharedState;
import io.cachee.store.EntryInfo;

/**
 * How many keys expire, and when: the store does not count that, so some entries are looked at, as they lie in the hash
 * table, which is at random. Where there are no more than those, the figures are exact.
 */
final class KeyspaceSample {
    private static final int MOST_ENTRIES = 300;

    private final SharedState shared;
    private final int[] seen;
    private final int[] expiring;
    private final double[] ttlMillis;

    KeyspaceSample(SharedState shared) {
        this.shared = shared;
        int databases = shared.databases.count();
        seen = new int[databases];
        expiring = new int[databases];
        ttlMillis = new double[databases];
        shared.store.scan(0, MOST_ENTRIES, this::add);
    }

    private void add(byte[] key, EntryInfo info) {
        int database = shared.databases.databaseOf(key);
        if (database < 0 || database >= seen.length) {
            return;
        }
        seen[database]++;
        if (info.ttlMillis() != EntryInfo.NO_TTL) {
            expiring[database]++;
            ttlMillis[database] += info.ttlMillis();
        }
    }

    /** About how many of a database's keys expire. */
    long expires(int database, long keys) {
        int sample = seen[database];
        return sample == 0 ? 0 : Math.round((double) keys * expiring[database] / sample);
    }

    /** How long those have on average, in milliseconds. */
    long averageTtlMillis(int database) {
        int sample = expiring[database];
        return sample == 0 ? 0 : Math.round(ttlMillis[database] / sample);
    }
}
