package io.cachee.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * A load that keeps segments being recycled: values of all kinds of record that say whose they are, time to live,
 * deletions, and now and then a clear.
 *
 * <pre>
 *   value: 0 key number 4 | 4 length 4 | 8 sequence 8 | 16 expiry, ms of the store's clock, or -1 8 | 24 filling |
 *          checksum of all before 4
 * </pre>
 */
final class StoreLoad {
    static final int WRITERS = 3;
    static final int KEYS = 2_000;
    private static final long SHORTEST_LIFE_MILLIS = 1;
    private static final int LEAST_BYTES = 28;
    private static final int LARGE_BYTES = 60_000;
    private static final int OPERATIONS_PER_CLEAR = 200_000;

    private final Store store;
    private final long seed;
    private final AtomicBoolean done;
    private final AtomicLong sequence = new AtomicLong();

    StoreLoad(Store store, long seed, AtomicBoolean done) {
        this.store = store;
        this.seed = seed;
        this.done = done;
    }

    void run(int writer) {
        SplittableRandom random = new SplittableRandom(seed + writer);
        while (!done.get()) {
            int number = random.nextInt(KEYS);
            byte[] key = key(number);
            int choice = random.nextInt(100);
            if (random.nextInt(OPERATIONS_PER_CLEAR) == 0) {
                store.clear();
            } else if (choice < 5) {
                TestEntries.delete(store, key);
            } else if (choice < 8) {
                var _ = store.get(key);
            } else {
                long ttl = choice < 40 ? SHORTEST_LIFE_MILLIS + random.nextInt(100) : Store.NO_TTL;
                TestEntries.put(store, key, value(number, length(random), ttl), ttl);
            }
        }
    }

    private static int length(SplittableRandom random) {
        return switch (random.nextInt(20)) {
            case 0 -> LEAST_BYTES + random.nextInt(LARGE_BYTES);
            case 1, 2, 3 -> LEAST_BYTES + random.nextInt(4_000);
            default -> LEAST_BYTES + random.nextInt(300);
        };
    }

    /** Some keys are so long that they need a wide record. */
    static byte[] key(int number) {
        return TestEntries.bytes("key-" + number + (number % 50 == 0 ? "-".repeat(300) : ""));
    }

    private byte[] value(int number, int length, long ttlMillis) {
        ByteBuffer value = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        long order = sequence.incrementAndGet();
        value.putInt(0, number).putInt(4, length).putLong(8, order);
        // The store adds the time to live to its own clock later than this, so this is a lower bound for the expiry.
        value.putLong(16, ttlMillis == Store.NO_TTL ? -1 : store.clockMillis() + ttlMillis);
        for (int at = 24; at < length - 4; at++) {
            value.put(at, (byte) (order + at));
        }
        value.putInt(length - 4, checksum(value.array(), length));
        return value.array();
    }

    private static int checksum(byte[] value, int length) {
        CRC32C crc = new CRC32C();
        crc.update(value, 0, length - 4);
        return (int) crc.getValue();
    }

    /** Says what is wrong with a value that was read for a key, or that nothing is. */
    static String examine(int number, byte[] array, int length, long expiryMillis) {
        ByteBuffer value = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        if (length < LEAST_BYTES || value.getInt(4) != length || value.getInt(length - 4) != checksum(array, length)) {
            return "torn";
        }
        long expiresAtLeast = value.getLong(16);
        if (expiresAtLeast < 0 ? expiryMillis != EntryInfo.NO_TTL : expiryMillis < expiresAtLeast) {
            return "torn";
        }
        return value.getInt(0) == number ? "" : "foreign";
    }
}
