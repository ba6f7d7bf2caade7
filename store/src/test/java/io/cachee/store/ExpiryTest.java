package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExpiryTest {
    private static final long MIB = 1 << 20;
    private static final int MOST_TICKS = 100_000;

    private final List<Store> stores = new ArrayList<>();

    @AfterEach
    void checkInvariants() {
        for (Store store : stores) {
            StoreInvariants.check(store);
            store.close();
        }
    }

    private Store open(StoreOptions options, Clock clock) throws StoreFileException {
        Store store = Store.open(options.clock(clock).seed(1).housekeeping(false));
        stores.add(store);
        return store;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 300, 600, 20_000})
    void anEntryIsServedUntilItsTimeIsUpAndNotTenMillisecondsLonger(int valueLength) throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(MIB), clock);
        byte[] key = TestEntries.bytes("key");
        for (long ttl : new long[] {11, 100, 1_000, 86_400_000, 31_536_000_000L}) {
            assertThat(TestEntries.put(store, key, new byte[valueLength], ttl)).isEqualTo(PutResult.STORED);
            clock.advanceMillis(ttl - 10);
            assertThat(store.get(key)).isNotNull();
            assertThat(TestEntries.has(store, key)).isTrue();
            clock.advanceMillis(10);
            assertThat(store.get(key)).isNull();
            assertThat(TestEntries.has(store, key)).isFalse();
        }
        assertThat(store.stats().expirations()).isPositive();
    }

    @Test
    void aReaderJudgesByTheClockThatTheWriterPublishes() throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(MIB), clock);
        byte[] key = TestEntries.bytes("key");
        TestEntries.put(store, key, new byte[10], 100);
        PublishedLookup reader = new PublishedLookup(store.core().region, store.core().layout);
        for (int millis = 0; millis < 200; millis += 4) {
            store.tick();
            assertThat(reader.get(key) != null).isEqualTo(millis < 100);
            clock.advanceMillis(4);
        }
    }

    @Test
    void expiredMemoryIsUsedAgainThoughNobodyReads() throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(MIB).eviction(Eviction.NOEVICTION), clock);
        int first = fill(store, "first", 60_000);
        assertThat(first).isGreaterThan(1_000);
        clock.advanceMillis(60_000);
        int ticks = 0;
        while (store.size() > 0) {
            store.tick();
            clock.advanceMillis(Housekeeper.TICK_MILLIS);
            assertThat(++ticks).isLessThan(MOST_TICKS);
        }
        assertThat(store.stats().hits() + store.stats().misses()).isZero();
        assertThat(store.stats().expirations()).isEqualTo(first);
        assertThat(store.stats().liveBytes()).isZero();
        assertThat(fill(store, "second", Store.NO_TTL)).isGreaterThanOrEqualTo(first * 9 / 10);
    }

    @Test
    void entriesThatHaveNotExpiredSurviveThoseAmongThemThatHave() throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(MIB).eviction(Eviction.NOEVICTION), clock);
        for (int i = 0; i < 2_000; i++) {
            TestEntries.put(store, TestEntries.bytes("k" + i), TestEntries.value(i, 40), i % 2 == 0 ? 500 : 900_000);
        }
        clock.advanceMillis(500);
        for (int ticks = 0; store.size() > 1_000; ticks++) {
            store.tick();
            clock.advanceMillis(Housekeeper.TICK_MILLIS);
            assertThat(ticks).isLessThan(MOST_TICKS);
        }
        for (int i = 1; i < 2_000; i += 2) {
            assertThat(store.get(TestEntries.bytes("k" + i))).isEqualTo(TestEntries.value(i, 40));
        }
    }

    /** The clock moves past the tick's deadline at each look, so a tick does what it does under one lock hold. */
    @Test
    void oneHoldOfTheLockLooksAtOneSegment() throws StoreFileException {
        TestClock clock = new TestClock(2_000_000);
        Store store = open(StoreOptions.maxMemory(MIB).eviction(Eviction.NOEVICTION), clock);
        int count = fill(store, "key", 3_600_000);
        clock.advanceMillis(3_600_000);
        long mostInOneSegment = store.core().layout.segmentSize() / RecordDescriptor.COMPACT_BYTES;
        int ticks = 0;
        while (store.size() > 0) {
            long before = store.stats().expirations();
            store.tick();
            assertThat(store.stats().expirations() - before).isLessThanOrEqualTo(mostInOneSegment);
            assertThat(++ticks).isLessThan(MOST_TICKS);
        }
        assertThat(store.stats().expirations()).isEqualTo(count);
        assertThat(ticks).isGreaterThan(50);
    }

    @Test
    void theWallClockIsOfNoConsequence() throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(MIB), clock);
        byte[] key = TestEntries.bytes("key");
        TestEntries.put(store, key, new byte[1], 1_000);
        clock.setWallBy(3_600_000);
        store.tick();
        assertThat(store.get(key)).isNotNull();
        clock.setWallBy(-7_200_000);
        store.tick();
        clock.advanceMillis(999);
        assertThat(store.get(key)).isNotNull();
        clock.advanceMillis(1);
        assertThat(store.get(key)).isNull();
    }

    /** As when the machine is suspended, or the process stopped: what was due meanwhile is due at once. */
    @Test
    void afterALongPauseNothingOutdatedIsServed() throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(MIB), clock);
        TestEntries.put(store, TestEntries.bytes("short"), new byte[1], 29_999);
        TestEntries.put(store, TestEntries.bytes("long"), new byte[1], 30_001);
        clock.advanceMillis(30_000);
        assertThat(store.get(TestEntries.bytes("short"))).isNull();
        assertThat(store.get(TestEntries.bytes("long"))).isNotNull();
        store.tick();
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void whoWritesFreesWhatHasExpiredAndTheHousekeeperKeepsOut() throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(4 * MIB), clock);
        int count = 10_000;
        for (int i = 0; i < count; i++) {
            TestEntries.put(store, TestEntries.bytes("k" + i), TestEntries.value(i, 40), 1_000);
        }
        clock.advanceMillis(1_000);
        store.core().housekeeper.tickBesideWriters();
        assertThat(store.stats().expirations()).isZero();
        for (int writes = 1; store.size() > 1; writes++) {
            TestEntries.put(store, TestEntries.bytes("other"), new byte[1], Store.NO_TTL);
            if (writes % 100 == 0) {
                long before = store.stats().expirations();
                store.core().housekeeper.tickBesideWriters();
                assertThat(store.stats().expirations()).isEqualTo(before);
            }
            assertThat(writes).isLessThan(count);
        }
        assertThat(store.stats().expirations()).isEqualTo(count);
    }

    @Test
    void theHousekeeperHelpsWhereWritersAreFewOrFallBehind() throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(4 * MIB), clock);
        for (int i = 0; i < 1_000; i++) {
            TestEntries.put(store, TestEntries.bytes("k" + i), TestEntries.value(i, 1_000), 1_000);
        }
        clock.advanceMillis(1_000);
        store.core().housekeeper.tickBesideWriters();
        TestEntries.put(store, TestEntries.bytes("other"), new byte[1], Store.NO_TTL);
        long byWriters = store.stats().expirations();
        assertThat(byWriters).isLessThan(100);
        store.core().housekeeper.tickBesideWriters();
        long byBoth = store.stats().expirations();
        assertThat(byBoth).isGreaterThan(byWriters);

        for (int i = 0; i < 1_000; i++) {
            TestEntries.put(store, TestEntries.bytes("l" + i), TestEntries.value(i, 1_000), 1_000);
        }
        clock.advanceMillis(5_000);
        store.core().housekeeper.tickBesideWriters();
        for (int i = 0; i < 20; i++) {
            TestEntries.put(store, TestEntries.bytes("other"), new byte[1], Store.NO_TTL);
        }
        long before = store.stats().expirations();
        store.core().housekeeper.tickBesideWriters();
        assertThat(store.stats().expirations()).isGreaterThan(before);
    }

    @Test
    void anExpiryIsAChangeThatCopiesHearOf() throws StoreFileException {
        TestClock clock = new TestClock();
        Store store = open(StoreOptions.maxMemory(MIB), clock);
        byte[] key = TestEntries.bytes("key");
        TestEntries.put(store, key, new byte[1], 100);
        long counter = store.coherence(key);
        clock.advanceMillis(100);
        for (int ticks = 0; store.size() > 0; ticks++) {
            store.tick();
            clock.advanceMillis(Housekeeper.TICK_MILLIS);
            assertThat(ticks).isLessThan(MOST_TICKS);
        }
        assertThat(store.isCurrent(key, counter)).isFalse();
    }

    private static int fill(Store store, String prefix, long ttlMillis) {
        int count = 0;
        while (TestEntries.put(store, TestEntries.bytes(prefix + count), TestEntries.value(count, 64), ttlMillis)
                == PutResult.STORED) {
            count++;
        }
        return count;
    }
}
