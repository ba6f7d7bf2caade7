package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Policies and limits change while several threads write, read, expire and delete, and the housekeeper runs. */
final class SettingsRaceTest {
    private static final long SEED = Long.getLong("cachee.seed", new SplittableRandom().nextLong());
    private static final int WRITERS = 3;
    private static final int STEPS = 60_000;
    private static final int KEYS = 8_000;
    private static final int LARGEST = 20_000;
    private static final int MIB = 1 << 20;

    @Test
    void changesOfSettingsDisturbNobody() throws Exception {
        System.out.println("SettingsRaceTest seed " + SEED);
        Store store = Store.open(StoreOptions.maxMemory(2 * MIB).seed(SEED));
        try {
            changeSettingsWhileOthersWrite(store);
            assertThat(store.failure()).isNull();
        } finally {
            store.close();
        }
        StoreInvariants.check(store);
    }

    private static void changeSettingsWhileOthersWrite(Store store) throws Exception {
        AtomicInteger atWork = new AtomicInteger(WRITERS);
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            SplittableRandom random = new SplittableRandom(SEED + i);
            writers.add(CompletableFuture.runAsync(() -> {
                try {
                    write(store, random);
                } finally {
                    atWork.decrementAndGet();
                }
            }));
        }
        SplittableRandom random = new SplittableRandom(SEED - 1);
        Eviction[] policies = Eviction.values();
        while (atWork.get() > 0) {
            store.settings().eviction(policies[random.nextInt(policies.length)]);
            store.settings().maxBytes(random.nextBoolean() ? 0 : random.nextInt(2 * MIB));
            Thread.onSpinWait();
        }
        for (CompletableFuture<Void> writer : writers) {
            writer.get(1, TimeUnit.MINUTES);
        }
    }

    private static void write(Store store, SplittableRandom random) {
        for (int step = 0; step < STEPS; step++) {
            int number = random.nextInt(KEYS);
            byte[] key = TestEntries.bytes("k" + number);
            switch (random.nextInt(8)) {
                case 0 -> TestEntries.delete(store, key);
                case 1 -> store.expire(key, 0, key.length, Store.NO_TTL, PutMode.ALWAYS);
                case 2 -> store.expire(key, 0, key.length, 1 + random.nextInt(10_000), PutMode.ALWAYS);
                case 3, 4 -> {
                    byte[] value = store.get(key);
                    if (value != null) {
                        assertThat(value).isEqualTo(TestEntries.value(number, value.length));
                    }
                }
                default -> {
                    int length = random.nextInt(random.nextInt(40) == 0 ? LARGEST : 400);
                    long ttl = random.nextBoolean() ? Store.NO_TTL : 1 + random.nextInt(10_000);
                    TestEntries.put(store, key, TestEntries.value(number, length), ttl);
                }
            }
        }
    }
}
