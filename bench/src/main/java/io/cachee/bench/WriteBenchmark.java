package io.cachee.bench;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.cachee.store.PutMode;
import io.cachee.store.PutResult;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Overwriting keys, and nine reads to a write while another thread writes too; beside Caffeine. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx2g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class WriteBenchmark {
    private static final int KEY_BYTES = 16;
    private static final int VALUE_BYTES = 100;
    private static final int READS_PER_WRITE = 9;

    @Param({"1000", "1000000"})
    int keys;

    private byte[][] names = {};
    private String[] strings = {};
    private int[] numbers = {};
    private Cache<String, byte[]> cache = Caffeine.newBuilder().build();
    private @Nullable Store store;

    /** Each thread's own place in the draw, and buffer. */
    @State(Scope.Thread)
    public static class Cursor {
        private final byte[] value = new byte[VALUE_BYTES];
        private final byte[] target = new byte[VALUE_BYTES];
        private int next = ThreadLocalRandom.current().nextInt(Draws.COUNT);

        int draw() {
            return next++ & (Draws.COUNT - 1);
        }
    }

    @Setup
    public void fill() throws IOException {
        numbers = Draws.zipf(keys, 42);
        names = new byte[keys][];
        strings = new String[keys];
        cache = Caffeine.newBuilder().maximumSize(keys).build();
        for (int i = 0; i < keys; i++) {
            strings[i] = Draws.name(i);
            names[i] = strings[i].getBytes(StandardCharsets.ISO_8859_1);
            cache.put(strings[i], new byte[VALUE_BYTES]);
        }
        store = Store.open(StoreOptions.maxMemory(256L << 20));
        StoreProcess.fill(store, keys, VALUE_BYTES);
    }

    @TearDown
    public void close() {
        if (store != null) {
            store.close();
        }
    }

    private Store store() {
        if (store == null) {
            throw new IllegalStateException("not set up");
        }
        return store;
    }

    private PutResult put(Cursor cursor) {
        byte[] key = names[numbers[cursor.draw()]];
        return store().put(key, 0, KEY_BYTES, cursor.value, 0, VALUE_BYTES, Store.NO_TTL, PutMode.ALWAYS);
    }

    @Benchmark
    public PutResult storePut(Cursor cursor) {
        return put(cursor);
    }

    @Benchmark
    public void caffeinePut(Cursor cursor) {
        cache.put(strings[numbers[cursor.draw()]], new byte[VALUE_BYTES]);
    }

    @Benchmark
    @Group("storeMixed")
    @GroupThreads(1)
    public long storeMixedReads(Cursor cursor) {
        int draw = cursor.draw();
        if (draw % (READS_PER_WRITE + 1) == 0) {
            return put(cursor) == PutResult.STORED ? 1 : 0;
        }
        return store().get(names[numbers[draw]], 0, KEY_BYTES, cursor.target, 0, VALUE_BYTES);
    }

    @Benchmark
    @Group("storeMixed")
    @GroupThreads(1)
    public PutResult storeMixedWriter(Cursor cursor) {
        return put(cursor);
    }

    @Benchmark
    @Group("caffeineMixed")
    @GroupThreads(1)
    public @Nullable Object caffeineMixedReads(Cursor cursor) {
        int draw = cursor.draw();
        if (draw % (READS_PER_WRITE + 1) == 0) {
            cache.put(strings[numbers[draw]], new byte[VALUE_BYTES]);
            return null;
        }
        return cache.getIfPresent(strings[numbers[draw]]);
    }

    @Benchmark
    @Group("caffeineMixed")
    @GroupThreads(1)
    public void caffeineMixedWriter(Cursor cursor) {
        cache.put(strings[numbers[cursor.draw()]], new byte[VALUE_BYTES]);
    }
}
