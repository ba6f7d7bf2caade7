package io.cachee.simulate;

/** LRU: evicts the least recently used object. */
final class Lru implements Peer {
    private final Budget budget;
    private final KeyList list;
    private long used;

    Lru(Budget budget) {
        this.budget = budget;
        this.list = new KeyList(budget.keys());
    }

    @Override
    public boolean request(int number) {
        if (list.contains(number)) {
            list.remove(number);
            list.addNewest(number);
            return true;
        }
        long weight = budget.weight(number);
        if (weight <= budget.capacity()) {
            while (used + weight > budget.capacity()) {
                int oldest = list.oldest();
                list.remove(oldest);
                used -= budget.weight(oldest);
            }
            list.addNewest(number);
            used += weight;
        }
        return false;
    }
}
