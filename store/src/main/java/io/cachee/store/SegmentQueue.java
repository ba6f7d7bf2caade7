package io.cachee.store;

/** A queue of segment numbers, oldest first, with room for all of them. */
final class SegmentQueue {
    private final int[] ring;
    private int head;
    private int size;

    SegmentQueue(int capacity) {
        ring = new int[Integer.highestOneBit(Math.max(1, capacity)) << 1];
    }

    int size() {
        return size;
    }

    int get(int index) {
        return ring[head + index & ring.length - 1];
    }

    void addLast(int segment) {
        ring[head + size & ring.length - 1] = segment;
        size++;
    }

    void addFirst(int segment) {
        head = head - 1 & ring.length - 1;
        ring[head] = segment;
        size++;
    }

    boolean remove(int segment) {
        for (int i = 0; i < size; i++) {
            if (get(i) == segment) {
                for (int j = i; j > 0; j--) {
                    ring[head + j & ring.length - 1] = get(j - 1);
                }
                head = head + 1 & ring.length - 1;
                size--;
                return true;
            }
        }
        return false;
    }

    void clear() {
        head = 0;
        size = 0;
    }
}
