package io.cachee.store;

/** Creates policies by name. The simple ones are defined here. */
final class Policies {
    private Policies() {}

    static EvictionPolicy create(Eviction eviction, Segments segments, long seed) {
        return switch (eviction) {
            case CACHEE_LFU -> new CacheeLfu(segments, seed);
            case LRU -> new OneLog(true, true);
            case FIFO -> new OneLog(true, false);
            case NOEVICTION -> new OneLog(false, false);
        };
    }

    /** One log. With a second chance, an entry that was used since it was last examined gets another round. */
    private record OneLog(boolean evicts, boolean secondChance) implements EvictionPolicy {
        private static final int MOST_ROUNDS_PER_EVICTION = 256;

        @Override
        public int admit(long bytes) {
            return EvictionPolicy.place(MAIN, 0);
        }

        @Override
        public int use(int policy, long address) {
            return secondChance ? 1 : 0;
        }

        @Override
        public boolean evict(Tails tails) {
            int rounds = 0;
            while (tails.seek(MAIN)) {
                if (tails.policy(MAIN) == 0 || ++rounds > MOST_ROUNDS_PER_EVICTION) {
                    tails.drop(MAIN, false);
                    return true;
                }
                tails.move(MAIN, MAIN, 0);
            }
            return false;
        }
    }
}
