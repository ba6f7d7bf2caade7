package io.cachee.simulate;

/**
 * S3-FIFO: a small queue of a tenth of the space for what is new, a main queue for what was used at least twice there,
 * and a memory of what left the small queue, whose return leads to main at once.
 */
final class S3Fifo implements Peer {
    private static final int SMALL_PARTS = 10;
    private static final int USES_TO_PROMOTE = 2;
    private static final int MOST_USES = 3;

    private final Budget budget;
    private final KeyList small;
    private final KeyList main;
    private final KeyList ghost;
    private final byte[] uses;
    private final long mainCapacity;
    private long smallUsed;
    private long mainUsed;
    private long ghostUsed;

    S3Fifo(Budget budget) {
        this.budget = budget;
        this.small = new KeyList(budget.keys());
        this.main = new KeyList(budget.keys());
        this.ghost = new KeyList(budget.keys());
        this.uses = new byte[budget.keys()];
        this.mainCapacity = budget.capacity() - Math.max(1, budget.capacity() / SMALL_PARTS);
    }

    @Override
    public boolean request(int number) {
        if (small.contains(number) || main.contains(number)) {
            uses[number] = (byte) Math.min(MOST_USES, uses[number] + 1);
            return true;
        }
        long weight = budget.weight(number);
        if (weight > budget.capacity()) {
            return false;
        }
        while (smallUsed + mainUsed + weight > budget.capacity()) {
            if (mainUsed > mainCapacity || small.isEmpty()) {
                evictFromMain();
            } else {
                evictFromSmall();
            }
        }
        uses[number] = 0;
        if (ghost.contains(number)) {
            ghost.remove(number);
            ghostUsed -= weight;
            main.addNewest(number);
            mainUsed += weight;
        } else {
            small.addNewest(number);
            smallUsed += weight;
        }
        return false;
    }

    private void evictFromSmall() {
        while (!small.isEmpty()) {
            int oldest = small.oldest();
            long weight = budget.weight(oldest);
            small.remove(oldest);
            smallUsed -= weight;
            if (uses[oldest] >= USES_TO_PROMOTE) {
                uses[oldest] = 0;
                main.addNewest(oldest);
                mainUsed += weight;
            } else {
                remember(oldest, weight);
                return;
            }
        }
    }

    private void remember(int number, long weight) {
        ghost.addNewest(number);
        ghostUsed += weight;
        while (ghostUsed > mainCapacity && !ghost.isEmpty()) {
            int oldest = ghost.oldest();
            ghost.remove(oldest);
            ghostUsed -= budget.weight(oldest);
        }
    }

    private void evictFromMain() {
        while (true) {
            int oldest = main.oldest();
            main.remove(oldest);
            if (uses[oldest] == 0) {
                mainUsed -= budget.weight(oldest);
                return;
            }
            uses[oldest]--;
            main.addNewest(oldest);
        }
    }
}
