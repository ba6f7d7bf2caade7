package io.cachee.bench;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.cachee.store.PutMode;
import io.cachee.store.Store;
import io.cachee.store.StoreFileException;
import io.cachee.store.StoreOptions;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A store so small that writing recycles its slots and segments all the time, shared by every instance. Whatever a
 * reader gets for a key was written under that key, in one piece.
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "a miss")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the key's value, whole")
@Outcome(id = "2", expect = FORBIDDEN, desc = "another key's value, or a torn one")
@State
public class SlotReuseStress {
    private static final int KEYS = 1 << 11;
    private static final int PUTS = 8;
    private static final int VALUE_BYTES = 700;
    private static final Store STORE = open();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final int number = NEXT.getAndAdd(PUTS);

    private static Store open() {
        try {
            return Store.open(StoreOptions.maxMemory(1 << 20));
        } catch (StoreFileException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] key(int number) {
        int key = number & KEYS - 1;
        return new byte[] {'k', (byte) key, (byte) (key >> 8)};
    }

    @Actor
    public void write() {
        byte[] value = new byte[VALUE_BYTES];
        for (int i = 0; i < PUTS; i++) {
            byte[] key = key(number + i);
            java.util.Arrays.fill(value, (byte) (key[1] ^ key[2]));
            STORE.put(key, 0, key.length, value, 0, VALUE_BYTES, Store.NO_TTL, PutMode.ALWAYS);
        }
    }

    @Actor
    public void read(I_Result result) {
        byte[] key = key(number + PUTS / 2);
        byte[] value = new byte[VALUE_BYTES];
        long length = STORE.get(key, 0, key.length, value, 0, VALUE_BYTES);
        result.r1 = length < 0 ? 0 : length == VALUE_BYTES && isWhole(key, value) ? 1 : 2;
    }

    private static boolean isWhole(byte[] key, byte[] value) {
        for (byte b : value) {
            if (b != (byte) (key[1] ^ key[2])) {
                return false;
            }
        }
        return true;
    }
}
