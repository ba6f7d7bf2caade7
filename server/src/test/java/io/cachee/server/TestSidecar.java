package io.cachee.server;

import io.cachee.l2.L2Options;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.RemovedKeys;
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
import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final SharedState shared;
    private volatile @Nullable BeforeL2 proxy;
    private final SocketServer server;
    private final @Nullable Path socket;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** How one is started that is not as usual. */
    public static final class Builder {
        private @Nullable Path socket;
        private @Nullable L2Options l2;
        private Map<String, KeyspacePolicy> policies = Map.of();
        private boolean allowFlush = true;
        private boolean mayAdminister;

        private Builder() {}

        /** Before an L2 that may, at first, not be there. */
        public Builder before(L2Options link) {
            l2 = link;
            return this;
        }

        /** How the keys of keyspaces are kept, by name. */
        public Builder policies(Map<String, KeyspacePolicy> byName) {
            policies = byName;
            return this;
        }

        public Builder refusingToFlush() {
            allowFlush = false;
            return this;
        }

        /** Passing on what changes the server behind. */
        public Builder administering() {
            mayAdminister = true;
            return this;
        }

        private Builder socket(Path path) {
            socket = path;
            return this;
        }

        public TestSidecar start() throws IOException {
            return new TestSidecar(this);
        }

        /** Returns when L2 vouches for what is read. */
        public TestSidecar startCoherent() throws Exception {
            TestSidecar sidecar = start();
            sidecar.awaitCoherence();
            return sidecar;
        }
    }

    private TestSidecar(Builder wanted) throws IOException {
        socket = wanted.socket;
        String path = socket == null ? "" : socket.toString();
        RemovedKeys removed = new RemovedKeys();
        store = Store.open(StoreOptions.maxMemory(REGION_BYTES).removalListener(removed));
        SidecarOptions options =
                new SidecarOptions(DATABASES, "127.0.0.1", 0, path, REGION_BYTES, wanted.allowFlush, "test");
        shared = new SharedState(store, options, CommandFamilies.rows().table(), LOOPS, this::failed);
        shared.listenTo(removed);
        Polling polling = Polling.named(System.getProperty("cachee.transport", "auto"));
        ListenOptions listen = ListenOptions.on(List.of("127.0.0.1"), LoopOptions.fixed(LOOPS, polling))
                .socket(path)
                .build();
        L2Options link = wanted.l2;
        server = SocketServer.open(shared, listen, NetworkLimits.DEFAULT, loop -> {
            if (link != null) {
                proxy = BeforeL2.open(shared, link, loop, 0, MOST_LOADS, wanted.mayAdminister, wanted.policies);
                var ignored = proxy.nearCache().l2().learnCommands();
            }
        });
    }

    public static Builder with() {
        return new Builder();
    }

    /** Over TCP alone. */
    public static TestSidecar start() throws IOException {
        return with().start();
    }

    /** Before an L2, over TCP alone. */
    public static TestSidecar before(String l2) throws Exception {
        return with().before(L2Options.of(l2)).startCoherent();
    }

    /** Before an L2, with policies of keyspaces. */
    public static TestSidecar before(String l2, Map<String, KeyspacePolicy> policies) throws Exception {
        return with().before(L2Options.of(l2)).policies(policies).startCoherent();
    }

    /** Over TCP and a Unix socket in a folder of the test's. */
    public static TestSidecar start(Path folder) throws IOException {
        return with().socket(folder.resolve("cachee.sock")).start();
    }

    /** What stands between the store and L2; there must be one. */
    public BeforeL2 proxy() {
        return Objects.requireNonNull(proxy);
    }

    /** Whether L2 vouches for what is read. */
    public boolean isCoherent() {
        return proxy().isCoherent();
    }

    /** Returns when L2 vouches for what is read. */
    public void awaitCoherence() throws Exception {
        Await.until("L2 is coherent", this::isCoherent);
    }

    /** A link that is quick to notice that L2 is silent, and to try again. */
    public static L2Options impatient(String l2) {
        return L2Options.builder(l2)
                .connectMillis(300)
                .deadlineMillis(400)
                .heartbeatMillis(50)
                .silenceMillis(150)
                .mostRequests(1_000)
                .mostBytes(1 << 20)
                .retryMillis(5, 50)
                .build();
    }

    /** The usual link, on which L2 reports all changes under some prefixes; those of keys read when there are none. */
    static L2Options tracking(String l2, String... prefixes) {
        return L2Options.builder(l2).trackedPrefixes(List.of(prefixes)).build();
    }

    /** The usual link, over which no larger replies are taken. */
    public static L2Options takingReplies(String l2, int mostBytes) {
        return L2Options.builder(l2).mostReplyBytes(mostBytes).build();
    }

    private void failed(String message, @Nullable Throwable cause) {
        if (cause != null) {
            failures.add(new AssertionError(message, cause));
        }
    }

    public Store store() {
        return store;
    }

    public SharedState shared() {
        return shared;
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
        shared.close();
        store.close();
        Throwable first = failures.peek();
        if (first != null) {
            throw new AssertionError(failures.size() + " commands failed within the sidecar", first);
        }
    }
}
