package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScanTest {
    private static final long MIB = 1 << 20;
    private static final int MOST_CALLS = 1_000_000;

    private final List<Store> stores = new ArrayList<>();

    @AfterEach
    void checkInvariants() {
        for (Store store : stores) {
            StoreInvariants.check(store);
            store.close();
        }
    }

    private Store open(long bytes, Eviction eviction) throws StoreFileException {
        Store store = Store.open(StoreOptions.maxMemory(bytes)
                .eviction(eviction)
                .clock(new TestClock())
                .seed(3)
                .housekeeping(false));
        stores.add(store);
        return store;
    }

    private static byte[] key(String kind, int number) {
        return TestEntries.bytes(kind + number);
    }

    private static String text(byte[] key) {
        return new String(key, java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Scans all of the store and returns how often each key was met. {@code between} runs after each call. */
    private static Map<String, Integer> scan(Store store, int count, Runnable between) {
        Map<String, Integer> met = new HashMap<>();
        long cursor = 0;
        int calls = 0;
        do {
            cursor = store.scan(cursor, count, (key, info) -> met.merge(text(key), 1, Integer::sum));
            between.run();
            assertThat(++calls).isLessThan(MOST_CALLS);
        } while (cursor != 0);
        return met;
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, 0, 1, 10, 1_000, Integer.MAX_VALUE})
    void visitsEveryKeyOnceWhenNothingChanges(int count) throws StoreFileException {
        Store store = open(MIB, Eviction.NOEVICTION);
        int stored = 0;
        for (int i = 0; i < 3_000; i++) {
            stored += store.put(key("k", i), TestEntries.value(i, i % 100)) == PutResult.STORED ? 1 : 0;
        }
        Map<String, Integer> met = scan(store, count, () -> {});
        assertThat(met).hasSize(stored);
        assertThat(met.values()).containsOnly(1);
    }

    @Test
    void tellsWhatIsKnownOfEachEntry() throws StoreFileException {
        Store store = open(MIB, Eviction.NOEVICTION);
        TestEntries.put(store, key("compact", 1), new byte[5], 1_000);
        TestEntries.put(store, key("large", 1), new byte[50_000], Store.NO_TTL);
        Map<String, List<Long>> seen = new HashMap<>();
        store.scan(0, 1_000, (key, info) -> seen.put(text(key), List.of(info.valueLength(), info.ttlMillis())));
        assertThat(seen)
                .containsOnly(
                        Map.entry("compact1", List.of(5L, 1_000L)),
                        Map.entry("large1", List.of(50_000L, EntryInfo.NO_TTL)));
    }

    @Test
    void missesNoKeyWhileOthersComeAndGoAndTheIndexGrows() throws StoreFileException {
        Store store = open(4 * MIB, Eviction.NOEVICTION);
        for (int i = 0; i < 300; i++) {
            store.put(key("stable", i), TestEntries.value(i, 20));
        }
        Random random = new Random(42);
        int before = IndexShape.above(store.core().index.shape());
        int[] next = {0};
        Map<String, Integer> met = scan(store, 4, () -> {
            for (int i = 0; i < 60; i++) {
                store.put(key("passing", next[0]++), TestEntries.value(next[0], 8));
                if (random.nextInt(4) == 0) {
                    TestEntries.delete(store, key("passing", random.nextInt(next[0])));
                }
            }
            store.tick();
        });
        assertThat(IndexShape.above(store.core().index.shape())).isGreaterThan(before);
        assertVisitedAll(met, "stable", 300);
    }

    @Test
    void missesNoKeyWhileTheIndexShrinks() throws StoreFileException {
        Store store = open(4 * MIB, Eviction.CACHEE_LFU);
        int many = 0;
        while (store.stats().evictedOnProbation() + store.stats().evictedFromMain() == 0) {
            store.put(key("tiny", many++), new byte[4]);
        }
        int most = IndexShape.above(store.core().index.shape());
        for (int i = 0; i < many; i++) {
            TestEntries.delete(store, key("tiny", i));
        }
        Random random = new Random(42);
        int[] next = {0};
        for (int rounds = 0; IndexShape.above(store.core().index.shape()) >= most / 2; rounds++) {
            Set<String> candidates = new HashSet<>();
            store.scan(0, Integer.MAX_VALUE, (key, info) -> candidates.add(text(key)));
            Map<String, Integer> met = scan(store, 100, () -> {
                for (int i = 0; i < 20; i++) {
                    store.put(key("bulky", next[0]++), TestEntries.value(next[0], 1_000 + random.nextInt(3_000)));
                }
                store.tick();
                candidates.removeIf(name -> !TestEntries.has(store, TestEntries.bytes(name)));
            });
            assertThat(met.keySet()).containsAll(candidates);
            assertThat(rounds).isLessThan(1_000);
        }
    }

    @Test
    void missesNoKeyThatStaysWhileOthersAreEvicted() throws StoreFileException {
        Store store = open(MIB, Eviction.LRU);
        int[] next = {0};
        while (store.stats().evictedFromMain() == 0) {
            store.put(key("k", next[0]++), TestEntries.value(next[0], 50));
        }
        Set<String> candidates = new HashSet<>(scan(store, 100, () -> {}).keySet());
        assertThat(candidates).hasSizeGreaterThan(1_000);
        Map<String, Integer> met = scan(store, 20, () -> {
            for (int i = 0; i < 10; i++) {
                store.put(key("k", next[0]++), TestEntries.value(next[0], 50));
            }
            candidates.removeIf(name -> !TestEntries.has(store, TestEntries.bytes(name)));
        });
        assertThat(met.keySet()).containsAll(candidates);
        assertThat(candidates).isNotEmpty();
    }

    @Test
    void missesNoKeyWhileOtherThreadsWrite() throws Exception {
        Store store = open(4 * MIB, Eviction.NOEVICTION);
        for (int i = 0; i < 500; i++) {
            store.put(key("stable", i), TestEntries.value(i, 20));
        }
        AtomicBoolean done = new AtomicBoolean();
        try (var threads = java.util.concurrent.Executors.newSingleThreadExecutor()) {
            var writer = threads.submit(() -> {
                for (int i = 0; !done.get(); i++) {
                    store.put(key("passing", i % 20_000), TestEntries.value(i, 10));
                    TestEntries.delete(store, key("passing", i * 7919 % 20_000));
                }
            });
            for (int round = 0; round < 30; round++) {
                assertVisitedAll(scan(store, 10, () -> {}), "stable", 500);
            }
            done.set(true);
            writer.get();
        }
    }

    private static void assertVisitedAll(Map<String, Integer> met, String kind, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(met).containsKey(kind + i);
        }
    }

    @Test
    void oneCallDoesBoundedWorkThoughItFindsNothing() throws StoreFileException {
        Store store = open(64 * MIB, Eviction.NOEVICTION);
        int slots = 0;
        for (int i = 0; slots < 1 << 18; i++) {
            store.put(key("k", i), new byte[8]);
            slots = IndexShape.above(store.core().index.shape())
                    * store.core().layout.stripeCount()
                    * Slots.SLOTS_PER_BUCKET;
        }
        store.clear();
        store.put(key("only", 1), new byte[8]);
        int[] calls = {0};
        assertThat(scan(store, 10, () -> calls[0]++)).containsOnlyKeys("only1");
        int mostBucketsPerCall = 1 << 14;
        assertThat(calls[0]).isGreaterThanOrEqualTo(slots / Slots.SLOTS_PER_BUCKET / mostBucketsPerCall);
    }

    @Test
    void oneCallVisitsAboutAsManyAsAskedFor() throws StoreFileException {
        Store store = open(MIB, Eviction.NOEVICTION);
        for (int i = 0; i < 5_000; i++) {
            store.put(key("k", i), new byte[8]);
        }
        for (int count : new int[] {1, 10, 100, 1_000}) {
            int slotsOfAStep = Math.max(count, Slots.SLOTS_PER_BUCKET) + Slots.SLOTS_PER_BUCKET * 8;
            long cursor = 0;
            do {
                int[] visited = {0};
                cursor = store.scan(cursor, count, (key, info) -> visited[0]++);
                assertThat(visited[0]).isLessThanOrEqualTo(count + slotsOfAStep);
                assertThat(visited[0] >= count || cursor == 0).isTrue();
            } while (cursor != 0);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, (1L << 20) + 1})
    void anInventedCursorEndsTheScanOrGoesOnSomewhere(long cursor) throws StoreFileException {
        Store store = open(MIB, Eviction.NOEVICTION);
        store.put(key("k", 1), new byte[8]);
        assertThat(store.scan(cursor, 10, (key, info) -> {})).isZero();
    }

    @Test
    void aRandomKeyMayBeAnyKey() throws StoreFileException {
        Store store = open(MIB, Eviction.NOEVICTION);
        assertThat(store.randomKey()).isNull();
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            store.put(key("k", i), new byte[8]);
            all.add("k" + i);
        }
        Set<String> met = new HashSet<>();
        for (int tries = 0; !met.equals(all); tries++) {
            byte[] key = store.randomKey();
            assertThat(key).isNotNull();
            met.add(text(java.util.Objects.requireNonNull(key)));
            assertThat(tries).isLessThan(100_000);
        }
    }
}
