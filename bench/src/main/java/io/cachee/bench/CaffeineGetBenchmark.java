package io.cachee.bench;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Arrays;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * A hit in a bounded Caffeine cache: the yardstick for every in-process figure, so that a result is a ratio taken on
 * one machine in one run. Keys follow Zipf's law and are drawn beforehand, so that drawing is not measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CaffeineGetBenchmark {
    private static final int DRAWS = 1 << 16;
    private static final double SKEW = 0.99;
    private static final int VALUE_BYTES = 100;

    @Param({"1000", "1000000"})
    int keys;

    private String[] drawn = {};
    private Cache<String, byte[]> cache = Caffeine.newBuilder().build();
    private int next;

    @Setup
    public void fill() {
        cache = Caffeine.newBuilder().maximumSize(keys).build();
        String[] names = new String[keys];
        for (int i = 0; i < keys; i++) {
            names[i] = "key:" + i;
            cache.put(names[i], new byte[VALUE_BYTES]);
        }
        drawn = drawByZipf(names, new Random(42));
    }

    @Benchmark
    public byte @Nullable [] get() {
        return cache.getIfPresent(drawn[next++ & (DRAWS - 1)]);
    }

    private static String[] drawByZipf(String[] names, Random random) {
        double[] upTo = new double[names.length];
        double sum = 0;
        for (int i = 0; i < names.length; i++) {
            sum += 1 / Math.pow(i + 1, SKEW);
            upTo[i] = sum;
        }
        String[] drawn = new String[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            int found = Arrays.binarySearch(upTo, random.nextDouble() * sum);
            drawn[i] = names[found < 0 ? -found - 1 : found];
        }
        return drawn;
    }
}
