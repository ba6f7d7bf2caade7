package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.store.Store;
import java.util.Arrays;

/** Whether the store works: writes, reads and deletes an entry that no client sees. */
public final class SelfTest {
    private SelfTest() {}

    /** What is wrong with the store; empty when nothing is. */
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
