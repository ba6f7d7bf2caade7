package io.cachee.bench;

import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.Keyspaces;
import io.cachee.server.config.KeyspaceSection;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Recorder;

/**
 * A product catalog before and after: many pods that read large payloads, first straight from a Redis, then each
 * through a sidecar of its own. The same requests come at the same moments in each case, with a network before the
 * Redis. All sidecars are real ones and run within this process, with a store of the default size each.
 *
 * <p>Nobody may read anything but what was written, nor less than what his own pod has written; and when all is calm,
 * all pods have the last version of all that was written. Arguments: pods, seconds, a seed, the share of writes in
 * percent, and requests a second of all pods together.
 *
 * <p>What one machine cannot carry is computed: {@link CatalogModel} is shown beside what was measured, which it must
 * agree with, and then says what a busy fleet sees.
 */
final class CatalogReport {
    private static final int PRODUCTS = 1_000;
    private static final int MEAN_BYTES = 200_000;
    private static final double REQUESTS_A_SECOND = 1_000;
    /** Of fifty pods in production. */
    private static final double BUSY_REQUESTS_A_SECOND = 100_000;

    private static final int BUSY_PODS = 50;
    private static final long PROBES_EVERY_SECONDS = 15;
    /** In percent of all reads. */
    private static final double MODEL_TOLERANCE = 1;

    private static final int CONNECTIONS_A_POD = 10;
    private static final long STORE_BYTES = 256L << 20;
    private static final long DELAY_MICROS = 250;
    private static final int SETTLING = 0;
    private static final int MEASURED = 1;
    private static final long SETTLING_SECONDS = 10;
    private static final int READERS_AT_ONCE = 8;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** For the heap, network buffers and Redis. */
    private static final long BESIDE_STORES_BYTES = 3L << 30;

    private static final KeyspacePolicy LONG = policy("1h");
    private static final double LEAST_CUT = 95;
    private static final int MOST_CONNECTIONS_A_POD = 2;

    private final int pods;
    private final long seconds;
    private final long seed;
    private final double writeShare;
    private final double requestsASecond;
    private final CatalogProducts products;
    private final int[] draws;
    private final CatalogTally tally = new CatalogTally();
    private final List<CatalogCase> cases = new ArrayList<>();

    private CatalogReport(int pods, long seconds, long seed, double writesPercent, double requestsASecond) {
        this.requestsASecond = requestsASecond;
        this.writeShare = writesPercent / 100;
        this.pods = pods;
        this.seconds = seconds;
        this.seed = seed;
        this.products = new CatalogProducts(PRODUCTS, MEAN_BYTES, seed);
        this.draws = Draws.zipf(PRODUCTS, seed);
    }

    public static void main(String[] args) throws Exception {
        int pods = args.length > 0 ? Integer.parseInt(args[0]) : 50;
        long seconds = args.length > 1 ? Long.parseLong(args[1]) : 60;
        long seed = args.length > 2 ? Long.parseLong(args[2]) : 1;
        double writesPercent = args.length > 3 ? Double.parseDouble(args[3]) : 0.1;
        double requestsASecond = args.length > 4 ? Double.parseDouble(args[4]) : REQUESTS_A_SECOND;
        System.exit(new CatalogReport(pods, seconds, seed, writesPercent, requestsASecond).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        System.out.printf(
                "catalog: %d pods, %d s, seed %d; %d products of %,d bytes on average, %,.0f requests/s in total, "
                        + "%s %% writes, %d us each way to Redis%n",
                pods,
                seconds,
                seed,
                PRODUCTS,
                products.totalBytes() / PRODUCTS,
                requestsASecond,
                100 * writeShare,
                DELAY_MICROS);
        MachineMemory.require(pods * STORE_BYTES + BESIDE_STORES_BYTES);
        try (RedisServerProcess redis = RedisServerProcess.start();
                DelayProxy network = new DelayProxy(0, redis.port(), DELAY_MICROS)) {
            try (CatalogConnection direct = new CatalogConnection(redis.port())) {
                for (int i = 0; i < PRODUCTS; i++) {
                    direct.set(CatalogProducts.key(i), products.payload(i, 0));
                }
            }
            before(redis, network);
            after("after, l1-ttl: 1h", LONG, redis, network);
            MachineMemory.awaitLessThan(BESIDE_STORES_BYTES);
            after("after, defaults", KeyspacePolicy.DEFAULT, redis, network);
        }
        CatalogCase.print(cases, pods);
        bars();
        boolean agrees = model();
        System.out.printf(
                "reads judged %,d, writes %,d, problems %d%n", tally.reads.sum(), tally.writes.sum(), tally.problems());
        return agrees && tally.problems() == 0;
    }

    /** What is computed for what was measured, and for a busy fleet. False when the first is not what was seen. */
    private boolean model() {
        System.out.println("computed, with the same keys:");
        double measuredLong = cases.getFirst().cut(cases.get(1));
        double measuredUsual = cases.getFirst().cut(cases.get(2));
        double computedLong = computed(pods, requestsASecond, writeShare, LONG);
        double computedUsual = computed(pods, requestsASecond, writeShare, KeyspacePolicy.DEFAULT);
        boolean agrees = Math.abs(computedLong - measuredLong) <= MODEL_TOLERANCE
                && Math.abs(computedUsual - measuredUsual) <= MODEL_TOLERANCE;
        System.out.printf(
                "  measured were %.2f %% and %.2f %%: %s%n", measuredLong, measuredUsual, agrees ? "agrees" : "NO");
        double sameWrites = writeShare * requestsASecond / BUSY_REQUESTS_A_SECOND;
        for (double share : new double[] {sameWrites, writeShare}) {
            computed(BUSY_PODS, BUSY_REQUESTS_A_SECOND, share, LONG);
            computed(BUSY_PODS, BUSY_REQUESTS_A_SECOND, share, KeyspacePolicy.DEFAULT);
        }
        return agrees;
    }

    private double computed(int ofPods, double rate, double share, KeyspacePolicy policy) {
        double cut = new CatalogModel(ofPods, rate, share, policy.l1TtlMillis(), policy.jitter(), PROBES_EVERY_SECONDS)
                .cut(PRODUCTS, draws, settlingSeconds(policy), seconds, seed);
        System.out.printf(
                "  %d pods, %,.0f requests/s, %.1f writes/s, l1-ttl %d s: L2 reads cut by %.2f %%%n",
                ofPods, rate, rate * share, TimeUnit.MILLISECONDS.toSeconds(policy.l1TtlMillis()), cut);
        return cut;
    }

    /** What every pod has read at first has expired then, if it does so soon. */
    private static long settlingSeconds(KeyspacePolicy policy) {
        return SETTLING_SECONDS + (policy.equals(LONG) ? 0 : TimeUnit.MILLISECONDS.toSeconds(policy.l1TtlMillis()));
    }

    private static KeyspacePolicy policy(String l1Ttl) {
        KeyspacePolicy policy = KeyspaceSection.parse(Map.of(Keyspaces.DEFAULT, Map.of("l1-ttl", l1Ttl)))
                .get(Keyspaces.DEFAULT);
        return policy == null ? KeyspacePolicy.DEFAULT : policy;
    }

    private void bars() {
        CatalogCase before = cases.getFirst();
        for (CatalogCase after : cases.subList(1, cases.size())) {
            double cut = before.cut(after);
            double each = (double) after.redis().clients() / pods;
            System.out.printf(
                    "%s: L2 reads cut by at least %.0f %%: %.2f %%, %s; at most %d connections a pod: %.2f, %s%n",
                    after.name(),
                    LEAST_CUT,
                    cut,
                    cut >= LEAST_CUT ? "holds" : "MISSED",
                    MOST_CONNECTIONS_A_POD,
                    each,
                    each <= MOST_CONNECTIONS_A_POD ? "holds" : "MISSED");
        }
    }

    // ---------------------------------------------------------------- the cases

    private void before(RedisServerProcess redis, DelayProxy network) throws Exception {
        List<CatalogPod> clients = new ArrayList<>();
        try {
            for (int i = 0; i < pods; i++) {
                clients.add(pod(i, network.port()));
            }
            measure("before", clients, List.of(), SETTLING_SECONDS, redis, network);
        } finally {
            close(clients, List.of());
        }
    }

    private void after(String name, KeyspacePolicy policy, RedisServerProcess redis, DelayProxy network)
            throws Exception {
        List<CatalogPod> clients = new ArrayList<>();
        List<ProofSidecar> sidecars = new ArrayList<>();
        try {
            for (int i = 0; i < pods; i++) {
                ProofSidecar sidecar = ProofSidecar.ofPod(network.port(), STORE_BYTES, policy);
                sidecars.add(sidecar);
                Await.until("a sidecar is coherent", sidecar::isCoherent);
                clients.add(pod(i, sidecar.port()));
            }
            RedisFigures.reset(redis);
            long began = System.nanoTime();
            readEverything(clients);
            System.out.printf(
                    "%s: every pod has read every product once, %,d L2 reads in %.1f s; not counted below%n",
                    name, RedisFigures.of(redis).reads(), (System.nanoTime() - began) / 1e9);
            measure(name, clients, sidecars, settlingSeconds(policy), redis, network);
            compare(clients);
            sidecars.forEach(sidecar -> {
                if (sidecar.failures() > 0) {
                    tally.problem(sidecar.failures() + " failures within a sidecar");
                }
            });
        } finally {
            close(clients, sidecars);
        }
    }

    private CatalogPod pod(int number, int port) throws IOException {
        return new CatalogPod(
                products,
                draws,
                tally,
                port,
                CONNECTIONS_A_POD,
                requestsASecond / pods,
                writeShare,
                seed * 1_000 + number);
    }

    private static void close(List<CatalogPod> clients, List<ProofSidecar> sidecars) throws IOException {
        for (CatalogPod pod : clients) {
            pod.close();
        }
        sidecars.forEach(ProofSidecar::close);
    }

    private static void readEverything(List<CatalogPod> clients) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS_AT_ONCE)) {
            List<Future<?>> all = new ArrayList<>();
            for (CatalogPod pod : clients) {
                all.add(threads.submit(() -> {
                    pod.readEverything();
                    return true;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private void measure(
            String name,
            List<CatalogPod> clients,
            List<ProofSidecar> sidecars,
            long settling,
            RedisServerProcess redis,
            DelayProxy network)
            throws Exception {
        drive(clients, SETTLING, settling);
        for (ProofSidecar sidecar : sidecars) {
            try (RespClient client = sidecar.connect()) {
                client.call("CONFIG", "RESETSTAT");
            }
        }
        network.figures().reset();
        RedisFigures.reset(redis);
        long loadsBefore = sidecars.stream().mapToLong(ProofSidecar::loads).sum();
        long writesBefore = tally.writes.sum();
        long errorsBefore = tally.errors.sum();
        Recorder latencies = drive(clients, MEASURED, seconds);
        double hits = 0;
        for (ProofSidecar sidecar : sidecars) {
            hits += 100 * sidecar.hitRatio() / sidecars.size();
        }
        cases.add(new CatalogCase(
                name,
                RedisFigures.of(redis),
                sidecars.stream().mapToLong(ProofSidecar::loads).sum() - loadsBefore,
                tally.writes.sum() - writesBefore,
                tally.errors.sum() - errorsBefore,
                sidecars.isEmpty() ? -1 : hits,
                network.figures().words(),
                latencies.getIntervalHistogram()));
    }

    private static Recorder drive(List<CatalogPod> clients, int phase, long lasts) {
        Recorder latencies = new Recorder(3);
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (CatalogPod pod : clients) {
                pod.workers(phase, start, TimeUnit.SECONDS.toNanos(lasts), latencies)
                        .forEach(threads::execute);
            }
        }
        return latencies;
    }

    /** Nobody writes any more: all have what was written last. */
    private void compare(List<CatalogPod> clients) throws IOException {
        for (int i = 0; i < PRODUCTS; i++) {
            if (products.lastVersion(i) == 0) {
                continue;
            }
            for (CatalogPod pod : clients) {
                if (!pod.comesToHave(i, PATIENCE_NANOS)) {
                    tally.problem("product " + i + " is outdated at a pod, in all calm");
                }
            }
        }
    }
}
