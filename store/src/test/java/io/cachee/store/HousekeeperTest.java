package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often it looks; what it does then is told by the tests of expiry, eviction and the shared file. */
final class HousekeeperTest {
    private static final long MIB = 1 << 20;

    private final TestClock clock = new TestClock();

    private Store open(StoreOptions options) throws StoreFileException {
        return Store.open(options.clock(clock).seed(1).housekeeping(false));
    }

    @Test
    void restsWhileNothingIsToBeDone() throws StoreFileException {
        try (Store store = open(StoreOptions.maxMemory(4 * MIB))) {
            TestEntries.put(store, TestEntries.bytes("key"), new byte[10], 100);
            store.core().housekeeper.tickBesideWriters();
            assertThat(store.core().housekeeper.pauseMillis()).isEqualTo(Housekeeper.REST_MILLIS);
        }
    }

    @Test
    void looksOftenWhileSomethingIsDueAndNoLongerThanThat() throws StoreFileException {
        try (Store store = open(StoreOptions.maxMemory(4 * MIB))) {
            TestEntries.put(store, TestEntries.bytes("key"), new byte[10], 100);
            clock.advanceMillis(100);
            store.core().housekeeper.tickBesideWriters();
            assertThat(store.core().housekeeper.pauseMillis()).isEqualTo(Housekeeper.TICK_MILLIS);
            int ticks = 0;
            while (store.core().housekeeper.pauseMillis() == Housekeeper.TICK_MILLIS) {
                clock.advanceMillis(Housekeeper.TICK_MILLIS);
                store.core().housekeeper.tickBesideWriters();
                assertThat(++ticks).isLessThan(100);
            }
            assertThat(store.size()).isZero();
        }
    }

    @Test
    void looksOftenWhileSpaceIsShort() throws StoreFileException {
        try (Store store = open(StoreOptions.maxMemory(4 * MIB))) {
            long evictions = 0;
            for (int i = 0; evictions == 0; i++) {
                TestEntries.put(store, TestEntries.bytes("k" + i), new byte[1_000], Store.NO_TTL);
                evictions = store.stats().evictions();
                assertThat(i).isLessThan(10_000);
            }
            assertThat(store.core().housekeeper.pauseMillis()).isEqualTo(Housekeeper.TICK_MILLIS);
            store.clear();
            store.core().housekeeper.tickBesideWriters();
            assertThat(store.core().housekeeper.pauseMillis()).isEqualTo(Housekeeper.REST_MILLIS);
        }
    }

    @Test
    void keepsTheClockOfASharedFile(@TempDir Path directory) throws StoreFileException {
        try (Store store = open(StoreOptions.maxMemory(4 * MIB).file(directory.resolve("store.shm")))) {
            store.core().housekeeper.tickBesideWriters();
            assertThat(store.core().housekeeper.pauseMillis()).isEqualTo(Housekeeper.TICK_MILLIS);
        }
    }
}
