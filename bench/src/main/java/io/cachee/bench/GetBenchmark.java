package io.cachee.bench;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.cachee.store.StoreReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A hit, 100-byte values, keys by Zipf's law: in a Caffeine cache on the heap, the yardstick; in a store of this
 * process; and in the store of another process, read from its file. Each makes the value available to its caller:
 * Caffeine hands out a reference, the store copies into a buffer.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xmx2g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class GetBenchmark {
    static final int VALUE_BYTES = 100;
    private static final int KEY_BYTES = 16;
    private static final long MAX_MEMORY = 256L << 20;

    /** The keys that are drawn, and the buffer for values. */
    @State(Scope.Thread)
    public static class Drawn {
        @Param({"8", "1000", "100000", "1000000"})
        int keys;

        private int[] numbers = {};
        private byte[][] names = {};
        private final byte[] target = new byte[VALUE_BYTES];
        private int next;

        @Setup
        public void draw() {
            numbers = Draws.zipf(keys, 42);
            names = new byte[keys][];
            for (int i = 0; i < keys; i++) {
                names[i] = Draws.name(i).getBytes(StandardCharsets.ISO_8859_1);
            }
        }

        byte[] key() {
            return names[numbers[next++ & (Draws.COUNT - 1)]];
        }
    }

    /** A cache on the heap. */
    @State(Scope.Benchmark)
    public static class OnHeap {
        private String[] names = {};
        private int[] numbers = {};
        private Cache<String, byte[]> cache = Caffeine.newBuilder().build();
        private int next;

        @Setup
        public void fill(Drawn drawn) {
            cache = Caffeine.newBuilder().maximumSize(drawn.keys).build();
            names = new String[drawn.keys];
            numbers = drawn.numbers;
            for (int i = 0; i < drawn.keys; i++) {
                names[i] = Draws.name(i);
                cache.put(Draws.name(i), new byte[VALUE_BYTES]);
            }
        }
    }

    /** A store in this process. */
    @State(Scope.Benchmark)
    public static class Own {
        private @Nullable Store store;

        @Setup
        public void fill(Drawn drawn) throws IOException {
            store = Store.open(StoreOptions.maxMemory(MAX_MEMORY));
            StoreProcess.fill(store, drawn.keys, VALUE_BYTES);
        }

        @TearDown
        public void close() {
            if (store != null) {
                store.close();
            }
        }
    }

    /** A store in another process. */
    @State(Scope.Benchmark)
    public static class Other {
        private @Nullable StoreProcess process;
        private @Nullable StoreReader reader;

        @Setup
        public void fill(Drawn drawn) throws IOException {
            Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "cachee-bench");
            process = StoreProcess.start(directory, MAX_MEMORY, drawn.keys, VALUE_BYTES);
            reader = StoreReader.attach(directory.resolve(StoreProcess.FILE));
        }

        @TearDown
        public void stop() throws IOException {
            if (reader != null && process != null) {
                reader.close();
                process.close();
            }
        }
    }

    @Benchmark
    public byte @Nullable [] caffeine(Drawn drawn, OnHeap heap) {
        return heap.cache.getIfPresent(heap.names[heap.numbers[heap.next++ & (Draws.COUNT - 1)]]);
    }

    @Benchmark
    public long store(Drawn drawn, Own own) {
        return present(own.store).get(drawn.key(), 0, KEY_BYTES, drawn.target, 0, VALUE_BYTES);
    }

    @Benchmark
    public long otherProcess(Drawn drawn, Other other) {
        return present(other.reader).get(drawn.key(), 0, KEY_BYTES, drawn.target, 0, VALUE_BYTES);
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("not set up");
        }
        return value;
    }
}
