package io.cachee.bench;

import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * What soft-ttl is for: a key that L2 keeps, and that L1 has to ask for again and again. Clients of one sidecar read it
 * without a pause; who asks when its time in L1 is over waits for L2, but with soft-ttl it never is.
 */
final class SoftTtlReport {
    private static final String KEY = "kept";
    private static final int CLIENTS = 4;
    private static final long LASTS_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long STORE_BYTES = 8L << 20;

    private final RedisServerProcess redis;
    private final int port;
    private final StampedeDatabase database;

    SoftTtlReport(RedisServerProcess redis, int port, StampedeDatabase database) {
        this.redis = redis;
        this.port = port;
        this.database = database;
    }

    /** How often the key was seen missing. */
    long run() throws Exception {
        System.out.printf("a key that L2 keeps, read by %d clients of one sidecar for %d s:%n", CLIENTS, 5);
        return run("l1-ttl: 200ms", Map.of("l1-ttl", "200ms", "jitter", "0"))
                + run("l1-ttl: 200ms, soft-ttl: 100ms", Map.of("l1-ttl", "200ms", "jitter", "0", "soft-ttl", "100ms"));
    }

    private long run(String name, Map<String, String> settings) throws Exception {
        redis.call("SET", KEY, database.row());
        AtomicLong missing = new AtomicLong();
        Recorder waits = new Recorder(3);
        StampedeCase policy = StampedeCase.through(name, settings, false);
        try (ProofSidecar sidecar = ProofSidecar.ofPod(port, STORE_BYTES, Objects.requireNonNull(policy.policy()));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Await.until("a sidecar is coherent", sidecar::isCoherent);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(threads.submit(() -> read(sidecar, missing, waits)));
            }
            for (Future<?> one : all) {
                one.get();
            }
            Histogram seen = waits.getIntervalHistogram();
            System.out.printf(
                    "%-34s %,d reads, missing %d, loads from L2 %d, p99 %.2f ms, p99.9 %.2f ms%n",
                    name,
                    seen.getTotalCount(),
                    missing.get(),
                    sidecar.loads(),
                    seen.getValueAtPercentile(99) / 1e6,
                    seen.getValueAtPercentile(99.9) / 1e6);
        }
        return missing.get();
    }

    private static boolean read(ProofSidecar sidecar, AtomicLong missing, Recorder waits) throws IOException {
        long end = System.nanoTime() + LASTS_NANOS;
        try (RespClient client = sidecar.connect()) {
            while (System.nanoTime() - end < 0) {
                long asked = System.nanoTime();
                RespValue got = client.call("GET", KEY);
                waits.recordValue(System.nanoTime() - asked);
                if (got.isNull()) {
                    missing.incrementAndGet();
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return true;
    }
}
