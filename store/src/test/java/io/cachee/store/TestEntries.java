package io.cachee.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Keys and values that tests tell apart by looking at them. */
final class TestEntries {
    static final int CELL_BYTES = 16;

    private TestEntries() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static PutResult put(Store store, byte[] key, byte[] value, long ttlMillis) {
        return store.put(key, 0, key.length, value, 0, value.length, ttlMillis, PutMode.ALWAYS);
    }

    static boolean delete(Store store, byte[] key) {
        return store.delete(key, 0, key.length);
    }

    static boolean has(Store store, byte[] key) {
        return store.describe(key, 0, key.length, new EntryInfo());
    }

    /** A value of which every sixteen bytes say whose they are and where in the value they belong. */
    static byte[] value(long owner, int length) {
        ByteBuffer cells = ByteBuffer.allocate(length + CELL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long cell = 0; cells.position() < length; cell++) {
            cells.putLong(owner).putLong(cell);
        }
        return java.util.Arrays.copyOf(cells.array(), length);
    }
}
