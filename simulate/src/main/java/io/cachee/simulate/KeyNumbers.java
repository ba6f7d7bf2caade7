package io.cachee.simulate;

/** Numbers the keys of a trace 0, 1, 2 ... in the order of their first request, so that policies can use arrays. */
final class KeyNumbers {
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private long[] keys = new long[1 << 10];
    /** The key's number plus one; zero in an empty slot. */
    private int[] numbers = new int[1 << 10];

    private int count;

    int count() {
        return count;
    }

    int numberOf(long key) {
        int slot = slotOf(key);
        if (numbers[slot] == 0) {
            if (2 * (count + 1) > keys.length) {
                grow();
                slot = slotOf(key);
            }
            keys[slot] = key;
            numbers[slot] = ++count;
        }
        return numbers[slot] - 1;
    }

    private int slotOf(long key) {
        int mask = keys.length - 1;
        int slot = (int) (key * SPREAD >>> 32) & mask;
        while (numbers[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldNumbers = numbers;
        keys = new long[2 * oldKeys.length];
        numbers = new int[2 * oldKeys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldNumbers[i] != 0) {
                int slot = slotOf(oldKeys[i]);
                keys[slot] = oldKeys[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }

    /** The keys by their numbers. */
    long[] keys() {
        long[] byNumber = new long[count];
        for (int i = 0; i < keys.length; i++) {
            if (numbers[i] != 0) {
                byNumber[numbers[i] - 1] = keys[i];
            }
        }
        return byNumber;
    }
}
