package io.cachee.simulate;

/**
 * The capacity of a peer: a number of entries if all objects have the same size, else bytes of payload. So each peer
 * needs only one way to count.
 */
final class Budget {
    private final Workload workload;
    private final long capacity;

    private Budget(Workload workload, long capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity + " is less than 1");
        }
        this.workload = workload;
        this.capacity = capacity;
    }

    static Budget entries(Workload workload, long entries) {
        if (!workload.isUniform()) {
            throw new IllegalArgumentException("objects of different sizes are not counted in entries");
        }
        return new Budget(workload, entries);
    }

    static Budget bytes(Workload workload, long payloadBytes) {
        if (workload.isUniform()) {
            return new Budget(workload, payloadBytes / workload.payloadBytes(0));
        }
        return new Budget(workload, payloadBytes);
    }

    boolean countsEntries() {
        return workload.isUniform();
    }

    Workload workload() {
        return workload;
    }

    int keys() {
        return workload.trace().uniqueKeys();
    }

    long capacity() {
        return capacity;
    }

    long weight(int number) {
        return workload.isUniform() ? 1 : workload.payloadBytes(number);
    }

    long payloadBytes() {
        return workload.isUniform() ? capacity * workload.payloadBytes(0) : capacity;
    }
}
