package io.cachee.server.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The numbered databases within the one store. A key of database 0 is stored as it is, so that readers of the
 * shared-memory file find it under its name. A key of another database is stored with a prefix of two bytes: zero and
 * the number. A key that itself begins with a zero byte has the prefix in database 0, too, so that no two keys collide.
 *
 * <p>SWAPDB exchanges the numbers in the prefixes, not the entries.
 */
public final class Databases {
    static final int MOST = 16;
    private static final int PREFIX_BYTES = 2;

    private final int count;
    /** For each database, by the clients' number: the number in the prefix. */
    private final AtomicIntegerArray stored = new AtomicIntegerArray(MOST);
    /** Whether a key with a prefix was ever used. */
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

    /** How often SWAPDB has exchanged two databases. */
    public long swaps() {
        return swaps.get();
    }

    /** Whether the key is stored without a prefix. */
    boolean isPlain(int database, byte[] buffer, int start, int end) {
        return stored.get(database) == 0 && (start == end || buffer[start] != 0);
    }

    /** The length of the prefix. */
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

    /** A key of a database as it is in the store. */
    public byte[] storedName(int database, byte[] key) {
        if (isPlain(database, key, 0, key.length)) {
            return key;
        }
        byte[] prefixed = new byte[PREFIX_BYTES + key.length];
        writePrefix(database, prefixed);
        System.arraycopy(key, 0, prefixed, PREFIX_BYTES, key.length);
        return prefixed;
    }

    /** A key that is in no database. */
    static byte[] selfTestKey() {
        return new byte[] {0, -1, 's'};
    }

    /** The database of a stored key, by the clients' number; -1 if it is in none. */
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
        return prefixed ? Arrays.copyOfRange(storedKey, PREFIX_BYTES, storedKey.length) : storedKey;
    }
}
