package io.cachee.bench;

import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * All clients of many pods ask at once for a key that has just expired, and each that is told that it is missing loads
 * it from a database. How often is the database asked, and how long does a client wait? Every pod has a real sidecar,
 * within this process, before one Redis behind a network.
 *
 * <p>Nobody may be given what had expired, and of the leases for one expiry one alone may be filled. Arguments: pods,
 * and clients in each.
 */
final class StampedeReport {
    private static final String KEY = "row:1";
    private static final int ROUNDS = 6;
    private static final int LIVES_MILLIS = 1_000;
    private static final long STORE_BYTES = 8L << 20;
    private static final long DELAY_MICROS = 250;
    private static final List<StampedeCase> CASES = List.of(
            StampedeCase.direct("Redis itself"),
            StampedeCase.through("sidecars, defaults", Map.of(), false),
            StampedeCase.through("miss-wait: 500ms", Map.of("miss-wait", "500ms"), false),
            StampedeCase.through(
                    "miss-wait, single-flight: fleet", Map.of("miss-wait", "500ms", "single-flight", "fleet"), false),
            StampedeCase.through("CACHEE.LEASE and FILL", Map.of(), true),
            StampedeCase.through("soft-ttl: 100ms", Map.of("soft-ttl", "100ms"), false));

    private final int pods;
    private final int clientsEach;
    private final StampedeDatabase database = new StampedeDatabase();
    private final LongAdder fills = new LongAdder();
    private int problems;

    private StampedeReport(int pods, int clientsEach) {
        this.pods = pods;
        this.clientsEach = clientsEach;
    }

    public static void main(String[] args) throws Exception {
        int pods = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        int clients = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        System.exit(new StampedeReport(pods, clients).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        System.out.printf(
                "stampede: %d pods, a sidecar each, %d clients in each; the key expires %d times; the database takes"
                        + " 50 ms%n",
                pods, clientsEach, ROUNDS);
        System.out.printf(
                "%-34s %14s %8s %8s %12s %14s%n", "", "loads, mean", "least", "most", "p50 wait ms", "worst wait ms");
        try (RedisServerProcess redis = RedisServerProcess.start();
                DelayProxy network = new DelayProxy(0, redis.port(), DELAY_MICROS)) {
            for (StampedeCase one : CASES) {
                run(one, redis, network);
            }
            long missing = new SoftTtlReport(redis, network.port(), database).run();
            check(missing == 0, "a key that was there was seen missing " + missing + " times");
        }
        System.out.println(problems == 0 ? "ok" : problems + " wrong");
        return problems == 0;
    }

    private void run(StampedeCase one, RedisServerProcess redis, DelayProxy network) throws Exception {
        List<ProofSidecar> sidecars = new ArrayList<>();
        List<StampedeClient> clients = new ArrayList<>();
        KeyspacePolicy policy = one.policy();
        try {
            for (int i = 0; i < pods; i++) {
                int port = network.port();
                if (policy != null) {
                    ProofSidecar sidecar = ProofSidecar.ofPod(port, STORE_BYTES, policy);
                    sidecars.add(sidecar);
                    Await.until("a sidecar is coherent", sidecar::isCoherent);
                    port = sidecar.port();
                }
                for (int j = 0; j < clientsEach; j++) {
                    clients.add(new StampedeClient(RespClient.connect(port), database, fills));
                }
            }
            Recorder waits = new Recorder(3);
            Histogram loads = new Histogram(3);
            for (int i = 0; i < ROUNDS; i++) {
                round(one, clients, redis, waits);
                loads.recordValue(database.loads());
            }
            print(one, loads, waits.getIntervalHistogram());
            for (ProofSidecar sidecar : sidecars) {
                check(sidecar.failures() == 0, "failures within a sidecar");
            }
        } finally {
            for (StampedeClient client : clients) {
                client.close();
            }
            sidecars.forEach(ProofSidecar::close);
        }
    }

    /** All clients read the key, it expires, and all clients request it again. */
    private void round(StampedeCase one, List<StampedeClient> clients, RedisServerProcess redis, Recorder waits)
            throws Exception {
        String old = database.row();
        redis.call("SET", KEY, old, "PX", LIVES_MILLIS);
        all(clients, client -> client.look(KEY));
        Await.until("the key has expired", () -> redis.call("EXISTS", KEY).number() == 0);
        database.next();
        fills.reset();
        CountDownLatch start = new CountDownLatch(clients.size());
        List<String> got = all(clients, client -> {
            start.countDown();
            start.await();
            long asked = System.nanoTime();
            String row = client.get(KEY, one.byLease());
            waits.recordValue(System.nanoTime() - asked);
            return row;
        });
        String row = database.row();
        check(got.stream().allMatch(row::equals), "a client was given what had expired");
        check(!one.byLease() || fills.sum() == 1, fills.sum() + " leases were filled");
    }

    private interface Deed {
        String by(StampedeClient client) throws Exception;
    }

    private static List<String> all(List<StampedeClient> clients, Deed deed) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> tasks = new ArrayList<>();
            for (StampedeClient client : clients) {
                tasks.add(() -> deed.by(client));
            }
            List<String> results = new ArrayList<>();
            for (Future<String> one : threads.invokeAll(tasks)) {
                results.add(one.get());
            }
            return results;
        }
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            problems++;
            System.out.println("WRONG: " + otherwise);
        }
    }

    private static void print(StampedeCase one, Histogram loads, Histogram waits) {
        System.out.printf(
                "%-34s %14.1f %8d %8d %12.1f %14.1f%n",
                one.name(),
                loads.getMean(),
                loads.getMinValue(),
                loads.getMaxValue(),
                waits.getValueAtPercentile(50) / 1e6,
                waits.getMaxValue() / (double) TimeUnit.MILLISECONDS.toNanos(1));
    }
}
