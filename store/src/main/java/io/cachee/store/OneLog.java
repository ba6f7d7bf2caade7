package io.cachee.store;

/**
 * The simple policies, which need only the main log. Records in the small log were left there by another policy: they
 * are few, and go first.
 *
 * @param evicts false when entries may only leave by deletion and expiry
 * @param secondChance whether an entry that was used since it was last examined gets another round
 * @param sparesLasting whether entries without an expiry are never evicted
 */
record OneLog(boolean evicts, boolean secondChance, boolean sparesLasting) implements EvictionPolicy {
    static final OneLog LRU = new OneLog(true, true, false);
    static final OneLog VOLATILE_LRU = new OneLog(true, true, true);
    static final OneLog FIFO = new OneLog(true, false, false);
    static final OneLog NOEVICTION = new OneLog(false, false, false);

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
        return evictFrom(SMALL, tails) || evictFrom(MAIN, tails);
    }

    private boolean evictFrom(int log, Tails tails) {
        int rounds = 0;
        while (tails.seek(log)) {
            if (!secondChance || tails.policy(log) == 0 || ++rounds > MOST_ROUNDS_PER_EVICTION) {
                tails.drop(log, false);
                return true;
            }
            tails.move(log, MAIN, 0);
        }
        return false;
    }
}
