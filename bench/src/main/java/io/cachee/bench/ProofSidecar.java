package io.cachee.bench;

import io.cachee.l2.L2Options;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.Keyspaces;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.server.net.ListenOptions;
import io.cachee.server.net.LoopOptions;
import io.cachee.server.net.NetworkLimits;
import io.cachee.server.net.Polling;
import io.cachee.server.net.SocketServer;
import io.cachee.server.proxy.BeforeL2;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A sidecar before L2 that runs in the process that examines it. */
final class ProofSidecar implements AutoCloseable {
    private static final long SMALL_REGION_BYTES = 16L << 20;
    private static final int TWO_LOOPS = 2;
    private static final int FEW_LOADS = 100;
    private static final int USUAL_LOADS = 1_000;
    private static final int HEARTBEAT_MILLIS = 50;
    private static final int SILENCE_MILLIS = 150;
    private static final int CLIENT_TIMEOUT_MILLIS = 5_000;

    /** The longest time until a sidecar with short timeouts gives up a silent feed. */
    static final int DETECTION_MILLIS = 2 * HEARTBEAT_MILLIS + SILENCE_MILLIS;

    private final Store store;
    private final AtomicLong failures = new AtomicLong();
    private final SharedState shared;
    private volatile @Nullable BeforeL2 proxy;
    private final SocketServer server;

    private ProofSidecar(L2Options link, long regionBytes, int loops, int mostLoads, KeyspacePolicy policy)
            throws IOException {
        store = Store.open(StoreOptions.maxMemory(regionBytes));
        SidecarOptions options = new SidecarOptions(16, "127.0.0.1", 0, "", regionBytes, true, "proof");
        shared = new SharedState(store, options, CommandFamilies.rows().table(), loops, (message, cause) -> {
            if (cause != null) {
                failures.incrementAndGet();
            }
        });
        ListenOptions listen = ListenOptions.on(List.of("127.0.0.1"), LoopOptions.fixed(loops, Polling.best()))
                .build();
        server = SocketServer.open(shared, listen, NetworkLimits.DEFAULT, loop -> {
            proxy = BeforeL2.open(shared, link, loop, 0, mostLoads, false, Map.of(Keyspaces.DEFAULT, policy));
            var ignored = proxy.nearCache().l2().learnCommands();
        });
    }

    /** What stands between the store and L2. */
    BeforeL2 proxy() {
        return Objects.requireNonNull(proxy);
    }

    /** A small sidecar with two event loops and short timeouts for a silent L2. */
    static ProofSidecar watchful(String l2, KeyspacePolicy policy) throws IOException {
        L2Options link = L2Options.builder(l2)
                .connectMillis(300)
                .deadlineMillis(400)
                .heartbeatMillis(HEARTBEAT_MILLIS)
                .silenceMillis(SILENCE_MILLIS)
                .mostRequests(10_000)
                .mostBytes(1 << 20)
                .retryMillis(5, 50)
                .build();
        return new ProofSidecar(link, SMALL_REGION_BYTES, TWO_LOOPS, FEW_LOADS, policy);
    }

    /** A sidecar like a pod's, with the default settings of the link and one event loop. */
    static ProofSidecar ofPod(int l2Port, long regionBytes, KeyspacePolicy policy) throws IOException {
        return new ProofSidecar(L2Options.of("redis://127.0.0.1:" + l2Port), regionBytes, 1, USUAL_LOADS, policy);
    }

    boolean isCoherent() {
        return proxy().isCoherent();
    }

    /** The number of commands that failed in a way that no command may. */
    long failures() {
        return failures.get();
    }

    int port() {
        return server.port();
    }

    SharedState shared() {
        return shared;
    }

    /** Of lookups since INFO's figures were reset. */
    double hitRatio() throws IOException {
        try (RespClient client = connect()) {
            String info = client.call("INFO", "stats").string();
            double hits = field(info, "keyspace_hits");
            return hits / Math.max(1, hits + field(info, "keyspace_misses"));
        }
    }

    /** The number of values loaded from L2. */
    long loads() {
        return proxy().nearCache().keyspaces().all().stream()
                .mapToLong(keyspace -> keyspace.sum(KeyspaceCounter.LOADS))
                .sum();
    }

    private static long field(String info, String name) {
        int at = info.indexOf("\n" + name + ":") + name.length() + 2;
        return Long.parseLong(info.substring(at, info.indexOf('\r', at)));
    }

    /** Of lookups since the start. */
    double hitRate() {
        return shared.statistics.hitRate();
    }

    RespClient connect() throws IOException {
        return RespClient.connect(server.port(), CLIENT_TIMEOUT_MILLIS);
    }

    @Override
    public void close() {
        server.close();
        shared.close();
        store.close();
    }
}
