package io.cachee.simulate;

import io.cachee.store.Eviction;

/**
 * The store's replay of a workload, with the amount of data that the store held.
 *
 * @param score how it did
 * @param regionBytes the size of its region
 * @param full whether it ever ran out of room
 * @param heldEntries entries held on average once it was full; at the end when it never was
 * @param heldPayloadBytes bytes of keys and values, likewise
 * @param tooLarge requests whose value the store does not take
 */
record CacheeRun(
        Score score, long regionBytes, boolean full, double heldEntries, double heldPayloadBytes, long tooLarge) {
    static final String NAME = "Cachee";
    /** The number of samples, at even distances. If sizes differ, each sample visits all entries. */
    static final int SAMPLES = 64;

    static CacheeRun of(Workload workload, long regionBytes, Eviction eviction) {
        try (StoreUnderTest store = StoreUnderTest.open(regionBytes, eviction, workload.largestValueBytes())) {
            Sampler sampler = new Sampler(store, workload);
            Trace trace = workload.trace();
            Peer peer = number -> {
                sampler.beforeRequest();
                return store.request(trace.key(number), workload.valueBytes(number));
            };
            Score score = Score.of(NAME, workload, peer);
            sampler.finish();
            return new CacheeRun(
                    score, regionBytes, store.isFull(), sampler.entries(), sampler.payloadBytes(), store.tooLarge());
        }
    }

    /** Averages the amount of data in the store, from the first sample at which the store is full. */
    private static final class Sampler {
        private final StoreUnderTest store;
        private final Workload workload;
        private final int distance;
        private int untilNext;
        private int samples;
        private double entries;
        private double payloadBytes;

        Sampler(StoreUnderTest store, Workload workload) {
            this.store = store;
            this.workload = workload;
            this.distance = Math.max(1, workload.trace().length() / SAMPLES);
            this.untilNext = distance;
        }

        void beforeRequest() {
            if (--untilNext == 0) {
                untilNext = distance;
                if (store.isFull()) {
                    sample();
                }
            }
        }

        void finish() {
            if (samples == 0) {
                sample();
            }
        }

        private void sample() {
            long count = store.entries();
            samples++;
            entries += count;
            payloadBytes += workload.isUniform() ? count * workload.payloadBytes(0) : store.payloadBytes();
        }

        double entries() {
            return entries / samples;
        }

        double payloadBytes() {
            return payloadBytes / samples;
        }
    }
}
