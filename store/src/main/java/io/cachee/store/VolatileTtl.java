package io.cachee.store;

/**
 * Drops what expires soonest, as Redis's {@code volatile-ttl} does: the first to expire of a few entries drawn at
 * random. Where chance finds none because few entries expire at all, the oldest of those goes.
 */
final class VolatileTtl implements EvictionPolicy {
    @Override
    public boolean evicts() {
        return true;
    }

    @Override
    public boolean sparesLasting() {
        return true;
    }

    @Override
    public int admit(long bytes) {
        return EvictionPolicy.place(MAIN, 0);
    }

    @Override
    public int use(int policy, long address) {
        return policy;
    }

    @Override
    public boolean evict(Tails tails) {
        return tails.dropSoonest() || dropOldest(SMALL, tails) || dropOldest(MAIN, tails);
    }

    private static boolean dropOldest(int log, Tails tails) {
        boolean found = tails.seek(log);
        if (found) {
            tails.drop(log, false);
        }
        return found;
    }
}
