package io.cachee.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The writer dies between two stores to its memory, at every such point of every operation: whoever reads what it left
 * sees each key's old value, its new one, or none.
 */
class CrashPointTest {
    private static final int SIZE = 1 << 20;
    /** Operations with more stores than this are stopped at so many points, spread over all of them. */
    private static final int MOST_POINTS = 1_500;

    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Counts stores, eight bytes at a time as memory sees them, and stops before the one it was told. */
    private static final class CrashingRegion extends Region {
        private long stores;
        private long stopBefore = Long.MAX_VALUE;

        CrashingRegion() {
            super(Arena.ofAuto().allocate(SIZE, Layout.PAGE));
        }

        void arm(long before) {
            stores = 0;
            stopBefore = before;
        }

        private void count() {
            if (stores++ >= stopBefore) {
                throw new Crash();
            }
        }

        @Override
        void setLong(long offset, long value) {
            count();
            super.setLong(offset, value);
        }

        @Override
        void setInt(long offset, int value) {
            count();
            super.setInt(offset, value);
        }

        @Override
        void setShort(long offset, int value) {
            count();
            super.setShort(offset, value);
        }

        @Override
        void setByte(long offset, int value) {
            count();
            super.setByte(offset, value);
        }

        @Override
        void setLongRelease(long offset, long value) {
            count();
            super.setLongRelease(offset, value);
        }

        @Override
        void setIntRelease(long offset, int value) {
            count();
            super.setIntRelease(offset, value);
        }

        @Override
        long getAndAddLong(long offset, long delta) {
            count();
            return super.getAndAddLong(offset, delta);
        }

        @Override
        void copyIn(MemorySegment source, long sourceOffset, long offset, long length) {
            for (long done = 0; done < length; done += 8) {
                count();
                super.copyIn(source, sourceOffset + done, offset + done, Math.min(8, length - done));
            }
        }

        @Override
        void copyIn(byte[] source, int sourceOffset, long offset, int length) {
            for (int done = 0; done < length; done += 8) {
                count();
                super.copyIn(source, sourceOffset + done, offset + done, Math.min(8, length - done));
            }
        }

        @Override
        void fillZero(long offset, long length) {
            for (long done = 0; done < length; done += 64) {
                count();
                super.fillZero(offset + done, Math.min(64, length - done));
            }
        }
    }

    private interface Operation {
        void run(Store store);
    }

    /** What a store is filled with before the operation, and what keys may have afterwards. */
    private static final class Scenario {
        final Map<String, byte[]> before = new HashMap<>();
        final Map<String, List<byte[]>> also = new HashMap<>();
        int entries = 150;
        int valueSize = 60;
        boolean index;

        void mayBecome(String key, byte[] value) {
            also.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] value(String key, int size, int salt) {
        byte[] value = new byte[size];
        new Random(key.hashCode() * 31L + salt).nextBytes(value);
        return value;
    }

    private static Store fill(CrashingRegion region, Scenario scenario, Eviction eviction) {
        StoreOptions options = StoreOptions.maxMemory(SIZE)
                .seed(99)
                .eviction(eviction)
                .clock(new ManualClock())
                .housekeeping(false);
        Store store = Store.create(region, options, null);
        for (int i = 0; i < scenario.entries; i++) {
            String key = "key-" + i;
            byte[] value = value(key, i % 50 == 7 ? 9_000 : scenario.valueSize, 0);
            scenario.before.put(key, value);
            store.put(bytes(key), value);
        }
        return store;
    }

    private static void crashEverywhere(Scenario scenario, Eviction eviction, Operation operation) {
        CrashingRegion whole = new CrashingRegion();
        Store probe = fill(whole, scenario, eviction);
        whole.arm(Long.MAX_VALUE);
        operation.run(probe);
        StoreInvariants.check(probe);
        long stores = whole.stores;
        assertThat(stores).isPositive();
        long stride = Math.max(1, stores / MOST_POINTS);
        long points = 0;
        for (long point = 0; point <= stores; point += stride) {
            CrashingRegion region = new CrashingRegion();
            Store store = fill(region, scenario, eviction);
            region.arm(point);
            boolean crashed = false;
            try {
                operation.run(store);
            } catch (Crash e) {
                crashed = true;
            }
            assertThat(crashed || point + stride > stores).isTrue();
            checkReader(region, scenario, point);
            points++;
        }
        System.out.println("CrashPointTest: " + stores + " stores, stopped at " + points + " points");
    }

    private static void checkReader(Region region, Scenario scenario, long point) {
        RawReader reader = new RawReader(region, Layout.of(SIZE), 0);
        scenario.before.forEach((key, old) -> check(reader.get(bytes(key)), key, old, scenario, point));
        for (String key : scenario.also.keySet()) {
            check(reader.get(bytes(key)), key, scenario.before.get(key), scenario, point);
        }
    }

    private static void check(
            byte @Nullable [] seen, String key, byte @Nullable [] old, Scenario scenario, long point) {
        boolean allowed = seen == null
                || Arrays.equals(seen, old)
                || scenario.also.getOrDefault(key, List.of()).stream().anyMatch(value -> Arrays.equals(seen, value));
        assertThat(allowed).as("%s after a stop before store %d", key, point).isTrue();
    }

    @Test
    void puttingANewKey() {
        Scenario scenario = new Scenario();
        byte[] value = value("new", 100, 1);
        scenario.mayBecome("new", value);
        crashEverywhere(scenario, Eviction.CACHEE_LFU, store -> store.put(bytes("new"), value));
    }

    @Test
    void overwritingAKey() {
        Scenario scenario = new Scenario();
        byte[] value = value("key-5", 333, 1);
        scenario.mayBecome("key-5", value);
        crashEverywhere(scenario, Eviction.CACHEE_LFU, store -> store.put(bytes("key-5"), value));
    }

    @Test
    void puttingALargeValue() {
        Scenario scenario = new Scenario();
        byte[] value = value("key-7", 30_000, 1);
        scenario.mayBecome("key-7", value);
        crashEverywhere(scenario, Eviction.CACHEE_LFU, store -> store.put(bytes("key-7"), value));
    }

    @Test
    void deleting() {
        Scenario scenario = new Scenario();
        crashEverywhere(scenario, Eviction.CACHEE_LFU, store -> {
            for (int i = 0; i < 60; i++) {
                byte[] key = bytes("key-" + i);
                store.delete(key, 0, key.length);
            }
        });
    }

    @Test
    void changingTheExpiry() {
        Scenario scenario = new Scenario();
        crashEverywhere(scenario, Eviction.CACHEE_LFU, store -> {
            for (int i = 5; i < 9; i++) {
                byte[] key = bytes("key-" + i);
                store.expire(key, 0, key.length, 10_000, PutMode.ALWAYS);
            }
        });
    }

    @Test
    void growingKeepingTheExpiryAndAdding() {
        Scenario scenario = new Scenario();
        byte[] longer = value("key-3", 110, 1);
        byte[] changed = value("key-4", 60, 1);
        scenario.mayBecome("key-3", longer);
        scenario.mayBecome("key-4", changed);
        scenario.mayBecome("number", bytes("12"));
        crashEverywhere(scenario, Eviction.CACHEE_LFU, store -> {
            TestEntries.put(store, bytes("key-3"), longer, Store.KEEP_TTL);
            TestEntries.put(store, bytes("key-4"), changed, Store.KEEP_TTL);
            store.add(bytes("number"), 12);
        });
    }

    @Test
    void evicting() {
        for (Eviction eviction : new Eviction[] {Eviction.CACHEE_LFU, Eviction.LRU}) {
            Scenario scenario = new Scenario();
            scenario.entries = 1_100;
            scenario.valueSize = 1_000;
            crashEverywhere(scenario, eviction, store -> {
                for (int i = 0; i < 12; i++) {
                    byte[] value = value("more-" + i, 900, 1);
                    scenario.mayBecome("more-" + i, value);
                    store.put(bytes("more-" + i), value);
                }
            });
        }
    }

    @Test
    void compacting() {
        Scenario scenario = new Scenario();
        scenario.entries = 900;
        scenario.valueSize = 1_000;
        crashEverywhere(scenario, Eviction.NOEVICTION, store -> {
            for (int i = 0; i < 900; i += 2) {
                byte[] key = bytes("key-" + i);
                store.delete(key, 0, key.length);
            }
            for (int i = 0; i < 100; i++) {
                byte[] value = value("more-" + i, 900, 1);
                scenario.mayBecome("more-" + i, value);
                store.put(bytes("more-" + i), value);
            }
        });
    }

    @Test
    void growingTheIndex() {
        Scenario scenario = new Scenario();
        scenario.entries = 280;
        scenario.valueSize = 20;
        crashEverywhere(scenario, Eviction.CACHEE_LFU, store -> {
            int before = IndexShape.above(store.core().index.shape());
            for (int i = 0; i < 120; i++) {
                byte[] value = value("more-" + i, 10, 1);
                scenario.mayBecome("more-" + i, value);
                store.put(bytes("more-" + i), value);
            }
            store.tick();
            if (scenario.index) {
                return;
            }
            scenario.index = true;
            assertThat(IndexShape.above(store.core().index.shape())).isGreaterThan(before);
        });
    }

    @Test
    void clearing() {
        Scenario scenario = new Scenario();
        byte[] value = value("key-9", 80, 1);
        scenario.mayBecome("key-9", value);
        crashEverywhere(scenario, Eviction.CACHEE_LFU, store -> {
            store.clear();
            store.put(bytes("key-9"), value);
        });
    }
}
