package io.cachee.store;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds the best of several settings while the store runs: each manages a {@link ShadowCache}, a cache of a thousand
 * keys and no values, and all shadows see the same sample of the reads, at the rate at which a thousand entries
 * stand for the whole store's.
 *
 * <p>Only reads in which a setting and the present one differ tell anything about the two, so only those are counted. A
 * setting takes over when it leads by more than four standard deviations of chance. Counts are halved from time to
 * time, so that the distant past weighs little.
 */
final class PolicyContest {
    private static final int SHADOW_ENTRIES = 1024;
    private static final double SIGMAS = 4;
    private static final int LEAST_SAMPLES = 64;
    private static final int HALVE_AFTER_FILLS = 16;

    private final ReentrantLock lock = new ReentrantLock();
    private final long seed;
    private final CacheeLfu.Setting[] settings;
    private final double[] lead;
    private final double[] contested;
    private ShadowCache[] shadows = {};
    private int shadowEntries;
    /** Keys whose mixed hash is below this, as unsigned numbers, are sampled. */
    private volatile long threshold;

    private volatile int best;
    private int samples;
    private int sinceHalved;

    PolicyContest(long seed, CacheeLfu.Setting[] settings) {
        this.seed = seed;
        this.settings = settings;
        this.lead = new double[settings.length];
        this.contested = new double[settings.length];
    }

    CacheeLfu.Setting best() {
        return settings[best];
    }

    /** Adapts the sample to the number of entries in the store. Nothing is sampled before the first call. */
    void fit(long entries) {
        int wanted = (int) Math.min(SHADOW_ENTRIES, Math.max(8, entries));
        if (wanted > shadowEntries + shadowEntries / 8 || wanted < shadowEntries - shadowEntries / 4) {
            lock.lock();
            try {
                shadowEntries = wanted;
                shadows = new ShadowCache[settings.length];
                for (int i = 0; i < settings.length; i++) {
                    shadows[i] = new ShadowCache(wanted, settings[i]);
                }
            } finally {
                lock.unlock();
            }
        }
        double rate = Math.min(1, (double) shadowEntries / Math.max(1, entries));
        threshold = rate == 1 ? Long.MAX_VALUE : (long) (rate * Long.MAX_VALUE);
    }

    boolean samples(long hash) {
        return threshold != 0 && mix(hash) >>> 1 < threshold;
    }

    private long mix(long hash) {
        long x = (hash ^ seed) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 31) * 0x94D049BB133111EBL;
        return x ^ x >>> 29;
    }

    void access(long hash) {
        lock.lock();
        try {
            int present = best;
            boolean presentHit = shadows[present].access(hash);
            for (int i = 0; i < shadows.length; i++) {
                if (i != present && shadows[i].access(hash) != presentHit) {
                    lead[i] += presentHit ? -1 : 1;
                    contested[i]++;
                }
            }
            samples++;
            judge(present);
        } finally {
            lock.unlock();
        }
    }

    private void judge(int present) {
        int leader = present;
        double most = 0;
        for (int i = 0; i < settings.length; i++) {
            if (i != present && lead[i] > SIGMAS * Math.sqrt(contested[i] + 1) && lead[i] > most) {
                leader = i;
                most = lead[i];
            }
        }
        if (leader != present && samples >= LEAST_SAMPLES) {
            best = leader;
            java.util.Arrays.fill(lead, 0);
            java.util.Arrays.fill(contested, 0);
            samples = 0;
            sinceHalved = 0;
        } else if (++sinceHalved >= HALVE_AFTER_FILLS * shadowEntries) {
            sinceHalved = 0;
            samples /= 2;
            for (int i = 0; i < settings.length; i++) {
                lead[i] /= 2;
                contested[i] /= 2;
            }
        }
    }
}
