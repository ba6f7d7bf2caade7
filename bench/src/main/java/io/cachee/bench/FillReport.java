package io.cachee.bench;

import io.cachee.store.PutMode;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.cachee.store.StoreStats;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Fills stores of 256 MiB with new keys until eviction is steady: how many entries they hold, and how fast they take
 * puts while they fill and afterwards. Then overwrites keys: how much of the region stays live.
 */
public final class FillReport {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long REGION = 256L << 20;
    private static final int KEY_BYTES = 16;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final double LEAST_SPEED = 0.6;
    private static final double LEAST_LIVE = 85;

    private FillReport() {}

    public static void main(String[] arguments) throws IOException {
        warmUp();
        System.out.printf(
                "%-12s %10s %10s %9s %14s %14s %7s%n",
                "values", "entries", "bar", "overhead", "puts/s filling", "puts/s full", "ratio");
        fill(20, 4_400_000);
        fill(100, 1_910_000);
        fill(1_000, 256_000);
        System.out.println();
        overwriteSameKeys();
        overwriteByZipf();
    }

    private static void warmUp() throws IOException {
        try (Store store = Store.open(StoreOptions.maxMemory(REGION / 8))) {
            puts(store, new byte[KEY_BYTES], new byte[100], 0, 3_000_000);
        }
    }

    private static void fill(int valueBytes, long bar) throws IOException {
        try (Store store = Store.open(StoreOptions.maxMemory(REGION))) {
            byte[] key = new byte[KEY_BYTES];
            byte[] value = new byte[valueBytes];
            long start = System.nanoTime();
            long put = 0;
            while (store.stats().evictions() == 0) {
                puts(store, key, value, put, 10_000);
                put += 10_000;
            }
            double filling = put * 1e9 / (System.nanoTime() - start);
            start = System.nanoTime();
            puts(store, key, value, put, 2 * put);
            double full = 2 * put * 1e9 / (System.nanoTime() - start);
            long entries = store.size();
            System.out.printf(
                    "%-12s %10d %10d %7.2f B %14.0f %14.0f %7.2f  %s%n",
                    valueBytes + " B",
                    entries,
                    bar,
                    (double) REGION / entries - KEY_BYTES - valueBytes,
                    filling,
                    full,
                    full / filling,
                    verdict(entries >= bar && full / filling >= LEAST_SPEED));
        }
    }

    private static void puts(Store store, byte[] key, byte[] value, long from, long count) {
        for (long i = from; i < from + count; i++) {
            LONGS.set(key, 0, i * GOLDEN);
            LONGS.set(key, 8, i);
            store.put(key, 0, KEY_BYTES, value, 0, value.length, Store.NO_TTL, PutMode.ALWAYS);
        }
    }

    /** A thousand keys overwritten a million times in a store that is full of others. */
    private static void overwriteSameKeys() throws IOException {
        try (Store store = Store.open(StoreOptions.maxMemory(REGION))) {
            byte[] key = new byte[KEY_BYTES];
            byte[] value = new byte[1_000];
            puts(store, key, value, 0, 300_000);
            for (int i = 0; i < 1_000; i++) {
                puts(store, key, value, 200_000, 1_000);
            }
            live("1,000,000 overwrites of 1,000 keys", store);
        }
    }

    /** Three of ten operations overwrite a key drawn by Zipf's law, the others store a new one. */
    private static void overwriteByZipf() throws IOException {
        try (Store store = Store.open(StoreOptions.maxMemory(REGION))) {
            byte[] key = new byte[KEY_BYTES];
            byte[] value = new byte[1_000];
            int[] drawn = Draws.zipf(200_000, 7);
            Random random = new Random(7);
            long fresh = 1_000_000;
            for (int i = 0; i < 3 * Draws.COUNT; i++) {
                if (random.nextInt(10) < 3) {
                    puts(store, key, value, drawn[i & (Draws.COUNT - 1)], 1);
                } else {
                    puts(store, key, value, fresh++, 1);
                }
            }
            live("30 % overwrites under Zipf", store);
        }
    }

    private static void live(String what, Store store) {
        StoreStats stats = store.stats();
        double payload = 100.0 * stats.entries() * (KEY_BYTES + 1_000) / REGION;
        System.out.printf(
                "%-36s %5.1f %% is keys and values in use (bar 85 %%), %4.1f %% dead  %s%n",
                what, payload, 100.0 * stats.deadBytes() / REGION, verdict(payload >= LEAST_LIVE));
    }

    private static String verdict(boolean holds) {
        return holds ? "ok" : "MISSED";
    }
}
