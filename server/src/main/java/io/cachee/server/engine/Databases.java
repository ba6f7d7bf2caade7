package io.cachee.server.engine;

import io.cachee.store.Store;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The numbered databases within the one store. A key of database 0 is stored as it is, so that readers of the
 * shared-memory file find it under its name; a key of another is stored behind two bytes, zero and its number. A key
 * that itself begins with a zero byte gets those bytes in database 0, too, so no two keys ever meet.
 *
 * <p>SWAPDB exchanges numbers, not entries.
 */
public final class Databases {
    static final int MOST = 16;
    private static final int PREFIX_BYTES = 2;
    private static final int SCANNED_AT_ONCE = 1_000;

    private final int count;
    /** The number in the prefix, for each database as clients number them. */
    private final AtomicIntegerArray stored = new AtomicIntegerArray(MOST);
    /** Whether anything was ever written behind a prefix. */
    private volatile boolean severalUsed;

    private final AtomicLong swaps = new AtomicLong();

    Databases(int count) {
        this.count = count;
        for (int i = 0; i < MOST; i++) {
            stored.set(i, i);
        }
    }

    public int count() {
        return count;
    }

    public boolean severalUsed() {
        return severalUsed;
    }

    public void swap(int one, int other) {
        int kept = stored.get(one);
        stored.set(one, stored.get(other));
        stored.set(other, kept);
        severalUsed = true;
        swaps.incrementAndGet();
    }

    /** How often SWAPDB has exchanged two. */
    public long swaps() {
        return swaps.get();
    }

    /** Whether the key is stored as it is. */
    boolean isPlain(int database, byte[] buffer, int start, int end) {
        return stored.get(database) == 0 && (start == end || buffer[start] != 0);
    }

    /** The bytes that a key grows by when it is not plain. */
    public int prefixBytes() {
        return PREFIX_BYTES;
    }

    void writePrefix(int database, byte[] target) {
        if (!severalUsed) {
            severalUsed = true;
        }
        target[0] = 0;
        target[1] = (byte) stored.get(database);
    }

    /** A key of a database as the store knows it. */
    public byte[] storedName(int database, byte[] key) {
        if (isPlain(database, key, 0, key.length)) {
            return key;
        }
        byte[] prefixed = new byte[PREFIX_BYTES + key.length];
        writePrefix(database, prefixed);
        System.arraycopy(key, 0, prefixed, PREFIX_BYTES, key.length);
        return prefixed;
    }

    /** How many keys a database has. Counts them one by one once a second database has been used. */
    public long keys(int database, Store store) {
        if (!severalUsed) {
            return database == 0 ? store.size() : 0;
        }
        long[] count = new long[1];
        long cursor = 0;
        do {
            cursor = store.scan(cursor, SCANNED_AT_ONCE, (key, _) -> {
                if (databaseOf(key) == database) {
                    count[0]++;
                }
            });
        } while (cursor != 0);
        return count[0];
    }

    /** A key that belongs to no database. */
    static byte[] selfTestKey() {
        return new byte[] {0, -1, 's'};
    }

    /** The database of a stored key, as clients number them; -1 for one that is nobody's. */
    public int databaseOf(byte[] storedKey) {
        int number = storedKey.length >= PREFIX_BYTES && storedKey[0] == 0 ? storedKey[1] : 0;
        for (int i = 0; i < MOST; i++) {
            if (stored.get(i) == number) {
                return i;
            }
        }
        return -1;
    }

    /** A stored key as clients know it. */
    public byte[] nameOf(byte[] storedKey) {
        boolean prefixed = storedKey.length >= PREFIX_BYTES && storedKey[0] == 0;
        return prefixed ? java.util.Arrays.copyOfRange(storedKey, PREFIX_BYTES, storedKey.length) : storedKey;
    }
}
