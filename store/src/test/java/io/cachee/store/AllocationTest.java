package io.cachee.store;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Reading into memory of the caller's, and writing from it, create no garbage once the code is compiled. Only a value
 * that is cut into pieces costs the list of them.
 */
final class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int OPERATIONS = 100_000;
    /** Compilation goes on beside the test, so the steady state may take a few rounds to come. */
    private static final int MOST_ROUNDS = 20;
    /** What the measurement itself may cost. */
    private static final long ALLOWED_BYTES = 2_048;

    private static final int KEYS = 1_000;
    private static final int KEY_BYTES = 12;
    private static final int LARGEST = 100_000;

    @TempDir
    private Path folder = Path.of("");

    private final byte[] key = new byte[KEY_BYTES];
    private final byte[] value = TestEntries.value(9, LARGEST);
    private final byte[] target = new byte[LARGEST];
    private final EntryInfo info = new EntryInfo();
    private final List<Store> stores = new ArrayList<>();
    private long found;

    @AfterEach
    void checkInvariants() {
        for (Store store : stores) {
            StoreInvariants.check(store);
            store.close();
        }
    }

    private Store open(Eviction eviction, long size) throws StoreFileException {
        Store store = Store.open(StoreOptions.maxMemory(size)
                .eviction(eviction)
                .clock(new TestClock())
                .seed(5)
                .housekeeping(false));
        stores.add(store);
        return store;
    }

    private void aim(int number) {
        for (int i = 0; i < Integer.BYTES; i++) {
            key[i] = (byte) (number >>> 8 * i);
        }
    }

    private void put(Store store, int number, int length) {
        put(store, number, length, Store.NO_TTL);
    }

    private void put(Store store, int number, int length, long ttlMillis) {
        aim(number);
        PutResult result = store.put(key, 0, KEY_BYTES, value, 0, length, ttlMillis, PutMode.ALWAYS);
        if (result != PutResult.STORED) {
            throw new AssertionError("value of " + length + " bytes: " + result);
        }
    }

    private static void assertCreatesNoGarbage(String what, IntConsumer operation) {
        assertCreatesLittleGarbage(what, ALLOWED_BYTES, operation);
    }

    private static void assertCreatesLittleGarbage(String what, long allowed, IntConsumer operation) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < MOST_ROUNDS && least > allowed; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < OPERATIONS; i++) {
                operation.accept(i);
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println("AllocationTest: " + what + ", " + least + " bytes in " + OPERATIONS + " operations");
        assertThat(least).as("bytes allocated, %s", what).isLessThanOrEqualTo(allowed);
    }

    /** Values in one piece and in several. */
    private void fill(Store store) {
        for (int i = 0; i < KEYS; i++) {
            put(store, i, i % 100 == 3 ? 20_000 : i % 50 * 10);
        }
    }

    /** One key in nine is not there. */
    private static int wanted(int operation) {
        return operation % (KEYS + KEYS / 8);
    }

    @Test
    void readingCreatesNoGarbage() throws StoreFileException {
        Store store = open(Eviction.CACHEE_LFU, 8 << 20);
        fill(store);
        assertCreatesNoGarbage("get", i -> {
            aim(wanted(i));
            found += store.get(key, 0, KEY_BYTES, target, 0, LARGEST) >= 0 ? 1 : 0;
        });
        assertCreatesNoGarbage("get with a description", i -> {
            aim(wanted(i));
            found += store.get(key, 0, KEY_BYTES, target, 0, LARGEST, info) >= 0 ? 1 : 0;
        });
        assertCreatesNoGarbage("describe", i -> {
            aim(wanted(i));
            found += store.describe(key, 0, KEY_BYTES, info) ? 1 : 0;
        });
        assertThat(found).isGreaterThan(OPERATIONS);
    }

    @Test
    void readingAnotherProcesssStoreCreatesNoGarbage() throws Exception {
        Path path = folder.resolve("store");
        try (Store store = Store.open(StoreOptions.maxMemory(8 << 20).file(path).seed(5));
                StoreReader reader = StoreReader.attach(
                        path, CheckedReads.options().withStaleAfter(java.time.Duration.ofMinutes(1)))) {
            fill(store);
            assertCreatesNoGarbage("reader's get", i -> {
                aim(wanted(i));
                found += reader.get(key, 0, KEY_BYTES, target, 0, LARGEST) >= 0 ? 1 : 0;
            });
            assertCreatesNoGarbage("reader's get with a description", i -> {
                aim(wanted(i));
                found += reader.get(key, 0, KEY_BYTES, target, 0, LARGEST, info) >= 0 ? 1 : 0;
            });
            assertThat(found).isGreaterThan(OPERATIONS);
        }
    }

    @Test
    void readingIntoMemoryOfEveryKindCreatesNoGarbage() throws Exception {
        Store store = open(Eviction.CACHEE_LFU, 8 << 20);
        fill(store);
        try (Arena arena = Arena.ofConfined();
                FileChannel file = FileChannel.open(folder.resolve("target"), CREATE_NEW, READ, WRITE)) {
            MemorySegment[] targets = {
                MemorySegment.ofArray(target),
                arena.allocate(LARGEST),
                file.map(FileChannel.MapMode.READ_WRITE, 0, LARGEST, arena),
                MemorySegment.ofArray(new long[LARGEST])
            };
            assertCreatesNoGarbage("get into memory of four kinds", i -> {
                aim(wanted(i));
                MemorySegment into = targets[i % targets.length];
                found += store.get(key, 0, KEY_BYTES, into, 0, LARGEST) >= 0 ? 1 : 0;
            });
        }
        assertThat(found).isGreaterThan(OPERATIONS / 2);
    }

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void overwritingCreatesNoGarbage(Eviction eviction) throws StoreFileException {
        Store store = open(eviction, 8 << 20);
        fill(store);
        assertCreatesNoGarbage(eviction + " put from an array", i -> put(store, i % KEYS, i % 40 * 10));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(LARGEST);
            assertCreatesNoGarbage(eviction + " put from memory", i -> {
                aim(i % KEYS);
                store.put(key, 0, KEY_BYTES, memory, 0, i % 40 * 10L, Store.NO_TTL, PutMode.ALWAYS);
            });
        }
    }

    /** The list of its pieces, and not a copy of its bytes. */
    @Test
    void aValueInSeveralPiecesCostsNoMoreThanTheListOfThem() throws StoreFileException {
        Store store = open(Eviction.CACHEE_LFU, 8 << 20);
        assertCreatesLittleGarbage(
                "put of several pieces", OPERATIONS * 512L, i -> put(store, i % 10, 20_000 + i % 100 * 10));
    }

    @ParameterizedTest
    @EnumSource(value = Eviction.class, mode = EnumSource.Mode.EXCLUDE, names = "NOEVICTION")
    void evictingCreatesNoGarbage(Eviction eviction) throws StoreFileException {
        Store store = open(eviction, 4 << 20);
        long ttl = store.core().policy.sparesLasting() ? 1_000_000 : Store.NO_TTL;
        int[] next = new int[1];
        assertCreatesNoGarbage(
                eviction + " put of new keys into a full store", i -> put(store, next[0]++, i % 50 * 10, ttl));
        assertThat(store.stats().evictions()).isGreaterThan(OPERATIONS);
    }
}
