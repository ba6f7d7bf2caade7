package io.cachee.simulate;

import java.util.BitSet;

/**
 * SIEVE: one list in the order of arrival, and a hand that moves from old to new, drops the first entry that was not
 * used since it last passed, and stays there.
 */
final class Sieve implements Peer {
    private final Budget budget;
    private final KeyList list;
    private final BitSet visited;
    private int hand = KeyList.NONE;
    private long used;

    Sieve(Budget budget) {
        this.budget = budget;
        this.list = new KeyList(budget.keys());
        this.visited = new BitSet(budget.keys());
    }

    @Override
    public boolean request(int number) {
        if (list.contains(number)) {
            visited.set(number);
            return true;
        }
        long weight = budget.weight(number);
        if (weight <= budget.capacity()) {
            while (used + weight > budget.capacity()) {
                evict();
            }
            list.addNewest(number);
            used += weight;
        }
        return false;
    }

    private void evict() {
        int candidate = hand == KeyList.NONE ? list.oldest() : hand;
        while (visited.get(candidate)) {
            visited.clear(candidate);
            candidate = list.newerThan(candidate);
            if (candidate == KeyList.NONE) {
                candidate = list.oldest();
            }
        }
        hand = list.newerThan(candidate);
        list.remove(candidate);
        used -= budget.weight(candidate);
    }
}
