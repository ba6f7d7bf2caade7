package io.cachee.store;

/** The locks of keys, each shared by the keys whose hashes choose it. */
final class KeyLocks {
    private static final int COUNT = 256;

    private final KeyLock[] locks = new KeyLock[COUNT];

    KeyLocks() {
        for (int i = 0; i < COUNT; i++) {
            locks[i] = new KeyLock();
        }
    }

    /** Waits for a key's lock and takes up an operation on the key; {@link KeyLock#release} ends it. */
    KeyLock acquire(byte[] key, int keyOffset, int keyLength, long hash) {
        KeyLock lock = locks[(int) (hash >>> 8) & COUNT - 1];
        lock.acquire(key, keyOffset, keyLength, hash);
        return lock;
    }

    void acquireAll() {
        for (KeyLock lock : locks) {
            lock.acquire();
        }
    }

    void releaseAll() {
        for (KeyLock lock : locks) {
            lock.release();
        }
    }
}
