package io.cachee.bench;

import io.cachee.l2.L2Options;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.Keyspaces;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.server.net.ListenOptions;
import io.cachee.server.net.NetworkLimits;
import io.cachee.server.net.Polling;
import io.cachee.server.net.RespServer;
import io.cachee.server.proxy.BeforeL2;
import io.cachee.store.Eviction;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A sidecar before L2, within the process of who examines it. */
final class ProofSidecar implements AutoCloseable {
    private static final long SMALL_REGION_BYTES = 16L << 20;
    private static final int TWO_LOOPS = 2;
    private static final int FEW_LOADS = 100;
    private static final int USUAL_LOADS = 1_000;
    private static final int HEARTBEAT_MILLIS = 50;
    private static final int SILENCE_MILLIS = 150;
    private static final int CLIENT_TIMEOUT_MILLIS = 5_000;

    /** The longest that it takes until a feed that is silent is taken for lost, by one that is quick to notice. */
    static final int DETECTION_MILLIS = 2 * HEARTBEAT_MILLIS + SILENCE_MILLIS;

    private final Store store;
    private final AtomicLong failures = new AtomicLong();
    private final SharedState shared;
    private volatile @Nullable BeforeL2 proxy;
    private final RespServer server;

    private ProofSidecar(L2Options link, long regionBytes, int loops, int mostLoads, KeyspacePolicy policy)
            throws IOException {
        store = Store.open(StoreOptions.maxMemory(regionBytes));
        SidecarOptions options =
                new SidecarOptions(16, "127.0.0.1", 0, "", regionBytes, Eviction.CACHEE_LFU, true, "proof");
        shared = new SharedState(store, options, CommandFamilies.rows().table(), loops, (message, cause) -> {
            if (cause != null) {
                failures.incrementAndGet();
            }
        });
        ListenOptions listen = new ListenOptions(
                List.of("127.0.0.1"),
                0,
                "",
                PosixFilePermissions.fromString("rw-rw----"),
                true,
                loops,
                false,
                0,
                Polling.best(),
                0,
                null,
                null,
                null);
        server = RespServer.open(shared, listen, NetworkLimits.DEFAULT, loop -> {
            proxy = BeforeL2.open(shared, link, loop, 0, mostLoads, Map.of(Keyspaces.DEFAULT, policy));
            var ignored = proxy.nearCache().l2().learnCommands();
        });
    }

    /** What stands between the store and L2. */
    BeforeL2 proxy() {
        return Objects.requireNonNull(proxy);
    }

    /** A small one with two event loops, quick to notice that L2 is silent. */
    static ProofSidecar watchful(String l2, KeyspacePolicy policy) throws IOException {
        L2Options link = new L2Options(
                l2,
                null,
                false,
                List.of(),
                null,
                null,
                null,
                "cachee",
                300,
                400,
                HEARTBEAT_MILLIS,
                SILENCE_MILLIS,
                10_000,
                1 << 20,
                5,
                50,
                5,
                8 << 20);
        return new ProofSidecar(link, SMALL_REGION_BYTES, TWO_LOOPS, FEW_LOADS, policy);
    }

    /** One as a pod has it: with the usual settings of the link, and one event loop. */
    static ProofSidecar ofPod(int l2Port, long regionBytes, KeyspacePolicy policy) throws IOException {
        return new ProofSidecar(L2Options.of("redis://127.0.0.1:" + l2Port), regionBytes, 1, USUAL_LOADS, policy);
    }

    boolean isCoherent() {
        return proxy().isCoherent();
    }

    /** How many commands failed in a way that no command may. */
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

    /** How many values have been loaded from L2. */
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
        return shared.statistics().hitRate();
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
