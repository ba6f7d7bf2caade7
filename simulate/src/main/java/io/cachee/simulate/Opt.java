package io.cachee.simulate;

/**
 * Belady's clairvoyant optimum: it evicts the object whose next use is the latest. The set contains the position of
 * each object's next use, so a request is a hit exactly if its own position is in the set.
 *
 * <p>Objects of one size: every miss is stored, as all the other policies do, and no policy that does so can hit more
 * often. Objects of different sizes: the exact optimum is out of reach; this is the same rule by bytes, and a new
 * object that is used again last is not stored. It is an approximation, which a policy may even beat.
 */
final class Opt implements Peer {
    private final Budget budget;
    private final int[] requests;
    private final int[] nextUses;
    private final PositionSet held;
    private int now;
    private long used;

    Opt(Budget budget) {
        this.budget = budget;
        Trace trace = budget.workload().trace();
        this.requests = trace.requests();
        this.nextUses = trace.nextUses();
        this.held = new PositionSet(Math.addExact(requests.length, trace.uniqueKeys()));
    }

    @Override
    public boolean request(int number) {
        int position = now++;
        if (held.contains(position)) {
            held.remove(position);
            held.add(nextUses[position]);
            return true;
        }
        long weight = budget.weight(number);
        if (weight > budget.capacity()) {
            return false;
        }
        if (budget.countsEntries()) {
            makeRoom(budget.capacity() - weight);
            held.add(nextUses[position]);
            used += weight;
        } else {
            held.add(nextUses[position]);
            used += weight;
            makeRoom(budget.capacity());
        }
        return false;
    }

    private void makeRoom(long most) {
        while (used > most) {
            int last = held.highest();
            held.remove(last);
            used -= budget.weight(last < requests.length ? requests[last] : last - requests.length);
        }
    }
}
