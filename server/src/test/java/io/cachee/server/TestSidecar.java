package io.cachee.server;

import io.cachee.l2.L2Options;
import io.cachee.server.command.Instance;
import io.cachee.server.command.InstanceOptions;
import io.cachee.server.command.RemovedKeys;
import io.cachee.server.net.ListenOptions;
import io.cachee.server.net.NetworkLimits;
import io.cachee.server.net.Polling;
import io.cachee.server.net.RespServer;
import io.cachee.server.tier.KeyspacePolicy;
import io.cachee.store.Eviction;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A sidecar within the test: two event loops, a small store, a port of its own. */
public final class TestSidecar implements AutoCloseable {
    static final int DATABASES = 16;
    private static final long REGION_BYTES = 16L << 20;
    private static final int LOOPS = 2;
    private static final int MOST_LOADS = 100;

    private final Store store;
    private final Instance instance;
    private final RespServer server;
    private final @Nullable Path socket;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private TestSidecar(@Nullable Path socket, @Nullable String l2, Map<String, KeyspacePolicy> policies)
            throws IOException {
        this.socket = socket;
        String path = socket == null ? "" : socket.toString();
        RemovedKeys removed = new RemovedKeys();
        store = Store.open(StoreOptions.maxMemory(REGION_BYTES).removalListener(removed));
        InstanceOptions options =
                new InstanceOptions(DATABASES, "127.0.0.1", 0, path, REGION_BYTES, Eviction.CACHEE_LFU, true, "test");
        instance = new Instance(store, options, LOOPS, this::failed);
        instance.listenTo(removed);
        ListenOptions listen = new ListenOptions(
                List.of("127.0.0.1"),
                0,
                path,
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
        server = RespServer.open(instance, listen, NetworkLimits.DEFAULT, loop -> {
            if (l2 != null) {
                instance.standBefore(L2Options.of(l2), loop, 0, MOST_LOADS, policies);
            }
        });
    }

    /** Over TCP alone. */
    public static TestSidecar start() throws IOException {
        return new TestSidecar(null, null, Map.of());
    }

    /** Before an L2, over TCP alone. */
    public static TestSidecar before(String l2) throws Exception {
        return before(l2, Map.of());
    }

    /** Before an L2, with policies of keyspaces. */
    public static TestSidecar before(String l2, Map<String, KeyspacePolicy> policies) throws Exception {
        TestSidecar sidecar = new TestSidecar(null, l2, policies);
        Await.until("L2 is coherent", sidecar.instance::isCoherent);
        return sidecar;
    }

    /** Over TCP and a Unix socket in a folder of the test's. */
    public static TestSidecar start(Path folder) throws IOException {
        return new TestSidecar(folder.resolve("cachee.sock"), null, Map.of());
    }

    private void failed(String message, @Nullable Throwable cause) {
        if (cause != null) {
            failures.add(new AssertionError(message, cause));
        }
    }

    public Store store() {
        return store;
    }

    public Instance instance() {
        return instance;
    }

    public int port() {
        return server.port();
    }

    /** A client over TCP. */
    public RespClient connect() throws IOException {
        return RespClient.connect(server.port());
    }

    /** A client over the Unix socket. */
    public RespClient connectToSocket() throws IOException {
        if (socket == null) {
            throw new IllegalStateException("there is no Unix socket");
        }
        return RespClient.connect(socket);
    }

    /** Fails when a command failed in a way that no command may. */
    @Override
    public void close() {
        server.close();
        instance.close();
        store.close();
        Throwable first = failures.peek();
        if (first != null) {
            throw new AssertionError(failures.size() + " commands failed within the sidecar", first);
        }
    }
}
