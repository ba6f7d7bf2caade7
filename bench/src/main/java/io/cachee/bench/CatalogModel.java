package io.cachee.bench;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A catalog's pods without sidecars, network or clock: only what each may serve until when. A pod that is asked for a
 * product it does not have reads it at L2 and keeps it for {@code l1-ttl}, less jitter; a write takes it away from all
 * pods. There is always room, and a change is known at once.
 *
 * @param requestsASecond of all pods together
 * @param writeShare between 0 and 1
 */
record CatalogModel(
        int pods, double requestsASecond, double writeShare, long l1TtlMillis, double jitter, long probesEverySeconds) {
    /**
     * By how many percent L2 is read less than by pods without sidecars, during the last {@code seconds} of a time
     * that begins with every pod having read every product.
     */
    double cut(int products, int[] draws, long settlingSeconds, long seconds, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] until = new double[pods * products];
        Arrays.setAll(until, i -> lifetime(random));
        double begin = settlingSeconds;
        double end = begin + seconds;
        long asked = 0;
        long loaded = 0;
        double now = 0;
        while (true) {
            now += -Math.log(1 - random.nextDouble()) / requestsASecond;
            if (now >= end) {
                break;
            }
            int pod = random.nextInt(pods);
            int product = draws[random.nextInt(draws.length)];
            if (random.nextDouble() < writeShare) {
                for (int i = 0; i < pods; i++) {
                    until[i * products + product] = 0;
                }
                continue;
            }
            boolean counts = now >= begin;
            asked += counts ? 1 : 0;
            int place = pod * products + product;
            if (until[place] <= now) {
                until[place] = now + lifetime(random);
                loaded += counts ? 1 : 0;
            }
        }
        long probes = pods * seconds / probesEverySeconds;
        return 100.0 * (asked - loaded - probes) / Math.max(1, asked);
    }

    private double lifetime(SplittableRandom random) {
        return l1TtlMillis * (1 - jitter * random.nextDouble()) / TimeUnit.SECONDS.toMillis(1);
    }
}
