package io.cachee.server.command;

import io.cachee.server.engine.SharedState;
import io.cachee.store.EntryInfo;
import java.util.Arrays;

/**
 * Estimates for INFO how many keys each database has, how many of them expire, and when. The store does not count that,
 * so this looks at some entries in the order of the hash table, which is random. The figures are exact if there are no
 * more entries, and the number of keys if only one database was ever used.
 */
final class InfoKeyspaceSample {
    private static final int MOST_ENTRIES = 300;

    private final SharedState shared;
    private final int[] seen;
    private final int[] expiring;
    private final double[] ttlMillis;

    InfoKeyspaceSample(SharedState shared) {
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

    /** An estimate of how many keys the database has. */
    long keys(int database) {
        if (!shared.databases.severalUsed()) {
            return database == 0 ? shared.store.size() : 0;
        }
        long all = Arrays.stream(seen).sum();
        return all < MOST_ENTRIES ? seen[database] : Math.round((double) shared.store.size() * seen[database] / all);
    }

    /** An estimate of how many of the database's keys expire. */
    long expires(int database, long keys) {
        int sample = seen[database];
        return sample == 0 ? 0 : Math.round((double) keys * expiring[database] / sample);
    }

    /** The average TTL of the keys that expire. */
    long averageTtlMillis(int database) {
        int sample = expiring[database];
        return sample == 0 ? 0 : Math.round(ttlMillis[database] / sample);
    }
}
