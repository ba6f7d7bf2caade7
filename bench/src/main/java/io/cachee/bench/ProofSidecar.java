package io.cachee.bench;

import io.cachee.l2.L2Options;
import io.cachee.server.command.Instance;
import io.cachee.server.command.InstanceOptions;
import io.cachee.server.net.ListenOptions;
import io.cachee.server.net.NetworkLimits;
import io.cachee.server.net.Polling;
import io.cachee.server.net.RespServer;
import io.cachee.server.tier.KeyspacePolicy;
import io.cachee.server.tier.Keyspaces;
import io.cachee.store.Eviction;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A sidecar before L2, within the process of who examines it, and quick to notice that L2 is silent. */
final class ProofSidecar implements AutoCloseable {
    private static final long REGION_BYTES = 16L << 20;
    private static final int LOOPS = 2;
    private static final int MOST_LOADS = 100;
    private static final int HEARTBEAT_MILLIS = 50;
    private static final int SILENCE_MILLIS = 150;
    private static final int CLIENT_TIMEOUT_MILLIS = 5_000;

    /** The longest that it takes until a feed that is silent is taken for lost. */
    static final int DETECTION_MILLIS = 2 * HEARTBEAT_MILLIS + SILENCE_MILLIS;

    private final Store store = Store.open(StoreOptions.maxMemory(REGION_BYTES));
    private final AtomicLong failures = new AtomicLong();
    private final Instance instance;
    private final RespServer server;

    ProofSidecar(String l2, KeyspacePolicy policy) throws IOException {
        InstanceOptions options =
                new InstanceOptions(16, "127.0.0.1", 0, "", REGION_BYTES, Eviction.CACHEE_LFU, true, "proof");
        instance = new Instance(store, options, LOOPS, (message, cause) -> {
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
                LOOPS,
                false,
                0,
                Polling.best(),
                0,
                null,
                null,
                null);
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
                5);
        server = RespServer.open(
                instance,
                listen,
                NetworkLimits.DEFAULT,
                loop -> instance.standBefore(link, loop, 0, MOST_LOADS, Map.of(Keyspaces.DEFAULT, policy)));
    }

    boolean isCoherent() {
        return instance.isCoherent();
    }

    /** How many commands failed in a way that no command may. */
    long failures() {
        return failures.get();
    }

    double hitRate() {
        return instance.hitRate();
    }

    RespClient connect() throws IOException {
        return RespClient.connect(server.port(), CLIENT_TIMEOUT_MILLIS);
    }

    @Override
    public void close() {
        server.close();
        instance.close();
        store.close();
    }
}
