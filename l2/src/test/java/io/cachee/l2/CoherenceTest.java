package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.ClusterNode;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.FaultTimetable;
import io.cachee.testkit.LeakWatch;
import io.cachee.testkit.RedisCluster;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.SlotMove;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Keeps values as a cache behind the link would, while others change them and the network fails. */
final class CoherenceTest {
    private static final int KEYS = 16;

    private record Kept(String value, int generation) {}

    /** A load on its way: spoilt by a report of its key. */
    private static final class Load {
        private boolean spoilt;
    }

    /** All of it happens on the link's event loop. */
    private static final class Cache implements Feed, AutoCloseable {
        private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        private final EventLoop loop = loops.next();
        private final Map<String, Kept> kept = new HashMap<>();
        private final Map<String, Set<Load>> loads = new HashMap<>();
        private final L2 l2;
        private int hits;

        Cache(String uri) {
            l2 = L2.open(LinkUnderTest.impatient(uri, 100, 5), loop, this);
        }

        /** What it would serve, or the answer of L2, or nothing. */
        CompletableFuture<String> get(String key) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            loop.execute(() -> {
                int slot = l2.slotOf(key.getBytes(ISO_8859_1), 0, key.length());
                int generation = l2.generation(slot);
                Kept value = kept.get(key);
                if (value != null && generation != 0 && value.generation == generation) {
                    hits++;
                    answer.complete(value.value);
                    return;
                }
                load(key, slot, generation, answer);
            });
            return answer;
        }

        private void load(String key, int slot, int generation, CompletableFuture<String> answer) {
            Load load = new Load();
            loads.computeIfAbsent(key, any -> new HashSet<>()).add(load);
            l2.sendTracked(LinkUnderTest.request("GET", key), slot, new ReplyHandler() {
                @Override
                public void reply(ByteBuf frame) {
                    done();
                    String value = frame.toString(ISO_8859_1);
                    if (generation != 0 && generation == l2.generation(slot) && !load.spoilt) {
                        kept.put(key, new Kept(value, generation));
                    }
                    answer.complete(value);
                }

                @Override
                public void failed(L2Failure why) {
                    done();
                    answer.complete("");
                }

                private void done() {
                    Set<Load> others = loads.get(key);
                    if (others != null) {
                        others.remove(load);
                    }
                }
            });
        }

        @Override
        public void invalidated(byte[] key) {
            String name = new String(key, ISO_8859_1);
            kept.remove(name);
            loads.getOrDefault(name, Set.of()).forEach(load -> load.spoilt = true);
        }

        @Override
        public void invalidatedAll() {
            kept.clear();
            loads.values().forEach(all -> all.forEach(load -> load.spoilt = true));
        }

        @Override
        public void began(String node, int generation) {
            // Generations are compared at every use.
        }

        @Override
        public void ended(String node, String why) {
            // The same.
        }

        @Override
        public void close() {
            l2.close();
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            LeakWatch.check();
        }
    }

    private static String key(int number) {
        return "key" + number;
    }

    private static void readAll(Cache cache) throws Exception {
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 4 * KEYS; i++) {
            answers.add(cache.get(key(i % KEYS)));
        }
        for (Future<String> answer : answers) {
            answer.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void keepsNothingThatIsOutdatedWhateverFails() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("CoherenceTest seed " + seed);
        Random random = new Random(seed);
        try (RedisServerProcess redis = RedisServerProcess.start();
                FaultProxy proxy = FaultProxy.start(redis.port());
                RespClient writer = redis.connect();
                Cache cache = new Cache("redis://127.0.0.1:" + proxy.port())) {
            FaultTimetable faults =
                    new FaultTimetable(seed, FaultTimetable.of(proxy), Duration.ofMillis(20), Duration.ofMillis(250));
            CompletableFuture<Void> over = CompletableFuture.runAsync(() -> {
                try {
                    faults.run(Duration.ofSeconds(4));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            int written = 0;
            for (int i = 0; i < KEYS; i++) {
                writer.call("SET", key(i), written++);
            }
            while (!over.isDone()) {
                for (int i = random.nextInt(20); i > 0; i--) {
                    writer.call("SET", key(random.nextInt(KEYS)), written++);
                }
                readAll(cache);
            }
            over.get(20, TimeUnit.SECONDS);
            proxy.resume();
            assertCurrent(cache, writer);
            assertThat(cache.hits).isPositive();
        }
    }

    /** Once the link is well, what is written now is soon what all see. */
    private static void assertCurrent(Cache cache, RespClient writer) throws Exception {
        Await.until("the link is coherent", () -> cache.l2.status().isCoherent());
        for (int i = 0; i < KEYS; i++) {
            String key = key(i);
            String value = writer.call("GET", key).string();
            String expected = "$" + value.length() + "\r\n" + value + "\r\n";
            Await.until(
                    key + " is " + value,
                    () -> cache.get(key).get(20, TimeUnit.SECONDS).equals(expected));
        }
    }

    @Test
    void keepsNothingThatIsOutdatedWhileASlotMovesToAndFro() throws Exception {
        try (RedisCluster cluster = RedisCluster.start()) {
            ClusterNode home = cluster.masterOf("{moving}");
            ClusterNode away = cluster.masters().stream()
                    .filter(master -> !master.equals(home))
                    .findFirst()
                    .orElseThrow();
            try (Cache cache = new Cache("redis-cluster://127.0.0.1:" + home.port())) {
                Await.until("the link is coherent", () -> cache.l2.status().isCoherent());
                int slot = cache.l2.slotOf("moving".getBytes(ISO_8859_1), 0, "moving".length());
                for (int round = 0; round < 6; round++) {
                    ClusterNode from = round % 2 == 0 ? home : away;
                    ClusterNode to = round % 2 == 0 ? away : home;
                    assertSeen(cache, from, round + " before");
                    SlotMove move = cluster.beginMove(slot, to);
                    assertSeen(cache, from, round + " at the beginning");
                    move.moveKeys();
                    move.finish();
                    assertSeen(cache, to, round + " after");
                }
            }
        }
    }

    private static void assertSeen(Cache cache, ClusterNode at, String value) throws Exception {
        at.server().call("SET", "{moving}", value);
        String expected = "$" + value.length() + "\r\n" + value + "\r\n";
        Await.until(
                "it is seen: " + value,
                () -> cache.get("{moving}").get(20, TimeUnit.SECONDS).equals(expected));
    }
}
