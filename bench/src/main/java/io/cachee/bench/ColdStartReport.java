package io.cachee.bench;

import io.cachee.nearcache.FleetList;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.WarmUp;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * How warm a new pod is: a sidecar that has seen traffic by Zipf's law tells the list of its application what is hot;
 * new ones come up beside it, with what the list names and without, and are sent requests of the same kind. Both read
 * the same keys.
 *
 * <p>Whatever is read has to be what was written. Arguments: keys, and a seed.
 */
final class ColdStartReport {
    private static final String APPLICATION = "coldstart";
    private static final int VALUE_BYTES = 1_000;
    private static final int REQUESTS_BEFORE = 200_000;
    private static final int FEW = 100;
    private static final int MANY = 1_000;
    private static final int WARMED_KEYS = 1_000;
    private static final long WARM_UP_MILLIS = 500;
    private static final int ROUNDS = 5;
    private static final long BAR_MILLIS = 100;
    private static final long GOAL_MILLIS = 30;
    private static final long STORE_BYTES = 64L << 20;
    private static final long DELAY_MICROS = 250;
    private static final int BATCH = 1_000;

    private final int keys;
    private final int[] draws;
    private int next;
    private int problems;
    private long quickestMillis = Long.MAX_VALUE;

    private ColdStartReport(int keys, long seed) {
        this.keys = keys;
        this.draws = Draws.zipf(keys, seed);
    }

    public static void main(String[] args) throws Exception {
        int keys = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        System.exit(new ColdStartReport(keys, seed).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        System.out.printf(
                "coldstart: %,d keys of %,d bytes by Zipf's law; a sidecar that has answered %,d requests tells of its"
                        + " hottest %,d; %d us each way to Redis%n",
                keys, VALUE_BYTES, REQUESTS_BEFORE, WARMED_KEYS, DELAY_MICROS);
        try (RedisServerProcess redis = RedisServerProcess.start();
                DelayProxy network = new DelayProxy(0, redis.port(), DELAY_MICROS);
                RespClient direct = redis.connect()) {
            fill(direct);
            try (ProofSidecar older = ProofSidecar.ofPod(network.port(), STORE_BYTES, KeyspacePolicy.DEFAULT)) {
                Await.until("a sidecar is coherent", older::isCoherent);
                readMany(older);
                tell(older, direct);
            }
            System.out.printf(
                    "the hottest %,d take %.1f %% of all requests: more than that no list can bring%n",
                    WARMED_KEYS, 100 * shareOfHottest());
            System.out.printf("%-8s %22s %10s %12s %12s%n", "", "warmed", "ms", "hits of " + FEW, "hits of " + MANY);
            for (int i = 1; i <= ROUNDS; i++) {
                int from = next;
                start("without", false, network);
                next = from;
                start("with", true, network);
            }
        }
        System.out.printf(
                "warm-up of %,d keys, the quickest: %d ms, bar %d ms %s, goal %d ms %s; the first is the one whose"
                        + " classes and code are new%n",
                WARMED_KEYS, quickestMillis, BAR_MILLIS, verdict(BAR_MILLIS), GOAL_MILLIS, verdict(GOAL_MILLIS));
        System.out.println(problems == 0 ? "ok" : problems + " wrong values");
        return problems == 0;
    }

    private String verdict(long bar) {
        return quickestMillis <= bar ? "holds" : "MISSED";
    }

    private double shareOfHottest() {
        int[] counts = new int[keys];
        for (int key : draws) {
            counts[key]++;
        }
        Arrays.sort(counts);
        return (double) Arrays.stream(counts, Math.max(0, keys - WARMED_KEYS), keys)
                        .sum()
                / draws.length;
    }

    private void fill(RespClient direct) throws IOException {
        for (int i = 0; i < keys; i++) {
            direct.send("SET", Draws.name(i), value(i));
            if (i % BATCH == BATCH - 1 || i == keys - 1) {
                for (int j = 0; j <= i % BATCH; j++) {
                    direct.reply();
                }
            }
        }
    }

    private static String value(int key) {
        char[] text = new char[VALUE_BYTES];
        Arrays.fill(text, (char) ('a' + key % 26));
        return Draws.name(key)
                + new String(text, 0, VALUE_BYTES - Draws.name(key).length());
    }

    private void readMany(ProofSidecar sidecar) throws IOException {
        try (RespClient client = sidecar.connect()) {
            for (int i = 0; i < REQUESTS_BEFORE; i++) {
                read(client);
            }
        }
    }

    private void read(RespClient client) throws IOException {
        int key = draws[next++ & draws.length - 1];
        RespValue got = client.call("GET", Draws.name(key));
        if (got.isNull() || !got.string().equals(value(key))) {
            problems++;
        }
    }

    private static void tell(ProofSidecar sidecar, RespClient direct) throws Exception {
        NearCache tier = sidecar.proxy().nearCache();
        List<FleetList.Weighted> hottest = sidecar.proxy().hottestKeys(WARMED_KEYS);
        tier.loop()
                .submit(() -> new FleetList(tier.l2(), APPLICATION).add(hottest))
                .sync();
        Await.until(
                "the list has arrived",
                () -> direct.call("ZCARD", "{cachee:hot:" + APPLICATION + "}").number() == hottest.size());
    }

    /** A new pod, and what it has of the first requests. */
    private void start(String name, boolean warm, DelayProxy network) throws Exception {
        try (ProofSidecar sidecar = ProofSidecar.ofPod(network.port(), STORE_BYTES, KeyspacePolicy.DEFAULT)) {
            WarmUp.Result warmed = new WarmUp.Result(0, 0, 0, "");
            if (warm) {
                NearCache tier = sidecar.proxy().nearCache();
                warmed = new WarmUp(tier, new FleetList(tier.l2(), APPLICATION), List.of())
                        .run(WARMED_KEYS, WARM_UP_MILLIS);
                quickestMillis = Math.min(quickestMillis, warmed.millis());
            } else {
                Await.until("a sidecar is coherent", sidecar::isCoherent);
            }
            try (RespClient client = sidecar.connect()) {
                double few = 0;
                for (int i = 1; i <= MANY; i++) {
                    read(client);
                    few = i == FEW ? sidecar.hitRatio() : few;
                }
                System.out.printf(
                        "%-8s %22s %10d %10.1f %% %10.1f %%%n",
                        name,
                        warmed.loaded() + " of " + warmed.wanted() + " " + warmed.problem(),
                        warmed.millis(),
                        100 * few,
                        100 * sidecar.hitRatio());
            }
        }
    }
}
