package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.store.Store;
import java.util.Arrays;

/** Tests the store: writes, reads and deletes an entry that clients cannot see. */
public final class SelfTest {
    private SelfTest() {}

    /** The problem with the store; empty if there is none. */
    public static String problem(Store store) {
        byte[] key = Databases.selfTestKey();
        byte[] value = Long.toHexString(System.nanoTime()).getBytes(UTF_8);
        try {
            store.put(key, value);
            byte[] read = store.get(key);
            store.delete(key, 0, key.length);
            boolean isEvicted = read == null;
            return isEvicted || Arrays.equals(read, value) ? "" : "an entry was read that was not written";
        } catch (RuntimeException | InternalError broken) {
            return "the store cannot be written and read: " + broken;
        }
    }
}
