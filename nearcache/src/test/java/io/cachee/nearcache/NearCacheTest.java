package io.cachee.nearcache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.store.Stamp;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.cachee.testkit.Await;
import io.cachee.testkit.Direction;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A near cache of a real server, without a sidecar around it. */
final class NearCacheTest {
    private static final int KEYS = 500;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Keyspaces keyspaces = new Keyspaces();
    private RedisServerProcess redis;
    private FaultProxy proxy;
    private RespClient direct;
    private Store store;
    private NearCache nearCache;

    /** Hears about everything and does nothing. */
    private static final class Unimpressed implements NearCache.Listener {
        @Override
        public void invalidated(byte[] key) {}

        @Override
        public void invalidatedAll() {}

        @Override
        public void feedBegan(String node) {}

        @Override
        public void feedEnded(String node, String why) {}

        @Override
        public void noticed(String problem) {}
    }

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        proxy = FaultProxy.start(redis.port());
        direct = redis.connect();
        store = Store.open(StoreOptions.maxMemory(16 << 20).stamped(1));
        L2Options link = L2Options.of("redis://127.0.0.1:" + proxy.port());
        nearCache = NearCache.open(store, keyspaces, key -> key, new Unimpressed(), loops.next(), link, 256);
        nearCache.whenCoherent().get();
    }

    @AfterEach
    void stop() throws Exception {
        nearCache.close();
        store.close();
        direct.close();
        proxy.close();
        redis.close();
        loops.shutdownGracefully().sync();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private Keyspace of(String key) {
        return keyspaces.of(bytes(key));
    }

    private CompletableFuture<String> read(String key) {
        CompletableFuture<String> read = new CompletableFuture<>();
        nearCache.read(bytes(key), of(key), loaded -> read.complete(text(loaded)));
        return read;
    }

    private static String text(Loaded loaded) {
        byte[] value = loaded.value();
        return value == null ? loaded.kind().name() : new String(value, 0, loaded.length(), UTF_8);
    }

    private Verdict judge(String key) {
        byte[] kept = store.get(bytes(key));
        return kept == null ? Verdict.GONE : nearCache.judge(new Stamp().read(kept, kept.length), of(key));
    }

    @Test
    void servesWhatItLoadedUntilL2ReportsAChange() throws Exception {
        direct.call("SET", "user:1", "before");
        assertThat(read("user:1").get()).isEqualTo("before");
        assertThat(judge("user:1")).isEqualTo(Verdict.FRESH);
        direct.call("SET", "user:1", "after");
        Await.until("the change is seen", () -> judge("user:1") == Verdict.GONE);
        assertThat(read("user:1").get()).isEqualTo("after");
    }

    @Test
    void loadsAKeyOnceForAllWhoWaitForIt() throws Exception {
        direct.call("SET", "user:1", "value");
        List<CompletableFuture<String>> reads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            reads.add(read("user:1"));
        }
        for (CompletableFuture<String> one : reads) {
            assertThat(one.get()).isEqualTo("value");
        }
        assertThat(of("user:1").sum(KeyspaceCounter.LOADS)).isEqualTo(1);
    }

    @Test
    void servesNothingOfAKeyspaceWhoseVersionWasRaised() throws Exception {
        nearCache.define(Map.of("user", KeyspacePolicy.DEFAULT));
        direct.call("SET", "user:1", "value");
        assertThat(read("user:1").get()).isEqualTo("value");
        nearCache.define(
                Map.of("user", KeyspacePolicy.builder().version(1).build()));
        assertThat(judge("user:1")).isEqualTo(Verdict.GONE);
    }

    @Test
    void keepsNothingThatChangedWhileItWasOnTheWay() throws Exception {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            direct.call("SET", "item:" + i, "value " + i);
            keys.add(bytes("item:" + i));
        }
        proxy.stall(Direction.TO_CLIENT);
        CompletableFuture<Integer> allKept = new CompletableFuture<>();
        int[] answeredAndKept = new int[2];
        nearCache
                .loop()
                .submit(() -> nearCache.load(keys, (answered, kept) -> {
                    answeredAndKept[0] += answered;
                    answeredAndKept[1] += kept;
                    if (answeredAndKept[0] == KEYS) {
                        allKept.complete(answeredAndKept[1]);
                    }
                }))
                .get();
        Await.until("L2 has answered", () -> direct.call("INFO", "commandstats")
                .string()
                .contains("cmdstat_pttl:"));
        nearCache.forget(bytes("item:3"));
        direct.call("SET", "item:3", "after");
        direct.call("DEL", "item:4");
        proxy.resume();
        assertThat(allKept.get()).isBetween(KEYS - 20, KEYS - 1);
        assertThat(read("item:3").get()).isEqualTo("after");
        Await.until("the change is seen", () -> read("item:4").get().equals("ABSENT"));
    }
}
