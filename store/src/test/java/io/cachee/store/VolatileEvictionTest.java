package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Policies under which entries without an expiry are never evicted. */
final class VolatileEvictionTest {
    private static final int MIB = 1 << 20;
    private static final int VALUE_BYTES = 200;
    private static final int LARGE_BYTES = 60_000;
    private static final int MANY = 10_000;
    private static final int LASTING = 1_000;
    private static final long TTL = 1_000_000;
    private static final long SEED = Long.getLong("cachee.seed", new SplittableRandom().nextLong());

    private final ManualClock clock = new ManualClock();
    private Store store;

    VolatileEvictionTest() throws StoreFileException {
        System.out.println("VolatileEvictionTest seed " + SEED);
        store = open(Eviction.VOLATILE_LRU);
    }

    private Store open(Eviction eviction) throws StoreFileException {
        return Store.open(StoreOptions.maxMemory(2 * MIB)
                .eviction(eviction)
                .clock(clock)
                .seed(SEED)
                .housekeeping(false));
    }

    private void reopen(Eviction eviction) throws StoreFileException {
        store.close();
        store = open(eviction);
    }

    @AfterEach
    void checkInvariants() {
        StoreInvariants.check(store);
        store.close();
    }

    private PutResult put(String key, int bytes, long ttl) {
        byte[] keyBytes = TestEntries.bytes(key);
        return TestEntries.put(store, keyBytes, TestEntries.value(key.hashCode(), bytes), ttl);
    }

    private int fill(String prefix, int entries, long ttl) {
        int stored = 0;
        for (int i = 0; i < entries; i++) {
            stored += put(prefix + i, VALUE_BYTES, ttl) == PutResult.STORED ? 1 : 0;
        }
        return stored;
    }

    private int remaining(String prefix, int entries) {
        int count = 0;
        for (int i = 0; i < entries; i++) {
            count += TestEntries.has(store, TestEntries.bytes(prefix + i)) ? 1 : 0;
        }
        return count;
    }

    private void expire(String key, long ttl) {
        byte[] keyBytes = TestEntries.bytes(key);
        assertThat(store.expire(keyBytes, 0, keyBytes.length, ttl, PutMode.ALWAYS))
                .isEqualTo(PutResult.STORED);
    }

    @ParameterizedTest
    @EnumSource(names = {"VOLATILE_LFU", "VOLATILE_LRU", "VOLATILE_TTL"})
    void onlyEntriesWithAnExpiryMakeWay(Eviction eviction) throws Exception {
        for (long limit : new long[] {0, MIB}) {
            reopen(eviction);
            store.settings().maxBytes(limit);
            assertThat(fill("lasting", LASTING, Store.NO_TTL)).isEqualTo(LASTING);
            assertThat(fill("passing", 2 * MANY, TTL)).isEqualTo(2 * MANY);
            assertThat(fill("later", LASTING, Store.NO_TTL)).isEqualTo(LASTING);
            assertThat(remaining("lasting", LASTING)).isEqualTo(LASTING);
            assertThat(remaining("later", LASTING)).isEqualTo(LASTING);
            assertThat(remaining("passing", 2 * MANY)).isBetween(LASTING, MANY);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VOLATILE_LFU", "VOLATILE_LRU", "VOLATILE_TTL"})
    void writesAreRefusedWhenNothingElseMayGo(Eviction eviction) throws Exception {
        for (long limit : new long[] {0, MIB}) {
            reopen(eviction);
            store.settings().maxBytes(limit);
            fill("passing", LASTING, TTL);
            int stored = fill("lasting", MANY, Store.NO_TTL);
            assertThat(stored).isBetween(4_000, MANY - 1);
            assertThat(put("one more", VALUE_BYTES, Store.NO_TTL)).isEqualTo(PutResult.NO_SPACE);
            assertThat(remaining("lasting", MANY)).isEqualTo(stored);
            assertThat(remaining("passing", LASTING)).isZero();
            assertThat(store.stats().refusedForSpace()).isEqualTo(MANY - stored + 1L);
            for (int i = 0; i < LASTING; i++) {
                TestEntries.delete(store, TestEntries.bytes("lasting" + i));
            }
            assertThat(put("one more", VALUE_BYTES, Store.NO_TTL)).isEqualTo(PutResult.STORED);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VOLATILE_LFU", "VOLATILE_LRU", "VOLATILE_TTL"})
    void spaceOfLastingEntriesThatWereOverwrittenComesBack(Eviction eviction) throws Exception {
        reopen(eviction);
        for (int round = 0; round < 20; round++) {
            assertThat(fill("lasting", 5_000, Store.NO_TTL)).isEqualTo(5_000);
        }
        assertThat(store.stats().evictions()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"VOLATILE_LFU", "VOLATILE_LRU", "VOLATILE_TTL"})
    void lastingEntriesOfTheTimeBeforeTheSwitchAreSpared(Eviction eviction) throws Exception {
        for (Eviction before : new Eviction[] {Eviction.CACHEE_LFU, Eviction.LRU, Eviction.FIFO, Eviction.NOEVICTION}) {
            reopen(before);
            fill("filler", MANY, TTL);
            for (int i = 0; i < 2 * LASTING; i++) {
                TestEntries.delete(store, TestEntries.bytes("filler" + i));
                put("mixed" + i, i % 200 == 0 ? LARGE_BYTES / 4 : VALUE_BYTES, i % 2 == 0 ? Store.NO_TTL : TTL);
            }
            int lasting = lastingOfMixed();
            assertThat(lasting).isGreaterThan(LASTING / 2);
            store.settings().eviction(eviction);
            fill("passing", 3 * MANY, TTL);
            assertThat(lastingOfMixed()).as("after " + before).isEqualTo(lasting);
            StoreInvariants.check(store);
        }
    }

    private int lastingOfMixed() {
        int count = 0;
        for (int i = 0; i < 2 * LASTING; i += 2) {
            count += TestEntries.has(store, TestEntries.bytes("mixed" + i)) ? 1 : 0;
        }
        return count;
    }

    @Test
    void afterTheSwitchBackLastingEntriesMakeWay() {
        int stored = fill("lasting", MANY, Store.NO_TTL);
        assertThat(stored).isLessThan(MANY);
        for (Eviction next : new Eviction[] {Eviction.LRU, Eviction.CACHEE_LFU, Eviction.FIFO}) {
            store.settings().eviction(next);
            assertThat(fill(next + "passing", 2 * MANY, TTL)).isEqualTo(2 * MANY);
            int most = next == Eviction.CACHEE_LFU ? stored * 9 / 10 : stored / 10;
            assertThat(remaining("lasting", MANY)).as(next.displayName()).isLessThan(most);
            store.settings().eviction(Eviction.VOLATILE_LRU);
            fill("lasting", MANY, Store.NO_TTL);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VOLATILE_LFU", "VOLATILE_LRU", "VOLATILE_TTL"})
    void anExpiryMakesAnEntryEvictableAndPersistSparesIt(Eviction eviction) throws Exception {
        for (int bytes : new int[] {VALUE_BYTES, LARGE_BYTES}) {
            reopen(eviction);
            put("to pass", bytes, Store.NO_TTL);
            put("to last", bytes, TTL);
            fill("before", LASTING, TTL);
            expire("to pass", TTL);
            expire("to last", Store.NO_TTL);
            fill("passing", 2 * MANY, TTL);
            int stored = fill("lasting", MANY, Store.NO_TTL);
            assertThat(stored).isLessThan(MANY);
            assertThat(TestEntries.has(store, TestEntries.bytes("to pass"))).isFalse();
            assertThat(store.get(TestEntries.bytes("to last")))
                    .isEqualTo(TestEntries.value("to last".hashCode(), bytes));
            StoreInvariants.check(store);
        }
    }

    @Test
    void volatileTtlDropsWhatExpiresSoonest() throws Exception {
        reopen(Eviction.VOLATILE_TTL);
        store.settings().maxBytes(MIB);
        for (int i = 0; i < 2_000; i++) {
            put("late" + i, VALUE_BYTES, 10 * TTL + i);
            put("soon" + i, VALUE_BYTES, TTL + i);
        }
        long evictions = store.stats().evictions();
        fill("lasting", LASTING, Store.NO_TTL);
        fill("lasting again", LASTING, Store.NO_TTL);
        assertThat(store.stats().evictions() - evictions).isGreaterThan(LASTING);
        assertThat(2_000 - remaining("late", 2_000)).isLessThan((2_000 - remaining("soon", 2_000)) / 10);
    }

    @Test
    void volatileLruDropsWhatWasNotUsed() throws Exception {
        store.settings().maxBytes(MIB);
        fill("used", LASTING, TTL);
        fill("unused", LASTING, TTL);
        for (int i = 0; i < LASTING; i++) {
            assertThat(store.get(TestEntries.bytes("used" + i))).isNotNull();
        }
        fill("lasting", 3 * LASTING + LASTING / 2, Store.NO_TTL);
        assertThat(remaining("used", LASTING)).isGreaterThan(remaining("unused", LASTING) + LASTING / 2);
    }
}
