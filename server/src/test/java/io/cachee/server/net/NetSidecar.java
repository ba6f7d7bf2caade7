package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cachee.l2.L2Options;
import io.cachee.server.admin.SidecarMetrics;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.Parameter;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.server.metrics.MetricWriter;
import io.cachee.server.proxy.BeforeL2;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.cachee.testkit.Await;
import io.cachee.testkit.LeakWatch;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A sidecar within the test whose doors, limits and settings the test chooses. When it is closed it has to be well: a
 * client that comes is served, nothing failed within, and no buffer was lost.
 */
final class NetSidecar implements AutoCloseable {
    private static final long REGION_BYTES = 32L << 20;
    private static final int LOOPS = 2;
    private static final int MOST_LOADS = 100;

    /** Looks at connections often, so that no test waits for a second to pass. */
    static final NetworkLimits LIMITS = NetworkLimits.DEFAULT
            .but()
            .lingerMillis(200)
            .tickMillis(20)
            .acceptRestMillis(20)
            .build();

    private final Store store;
    private final SharedState shared;
    final SocketServer server;
    private final String password;
    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private NetSidecar(Builder builder) throws IOException {
        store = Store.open(StoreOptions.maxMemory(REGION_BYTES));
        SidecarOptions options = new SidecarOptions(16, builder.bind, 0, builder.socket, REGION_BYTES, true, "test");
        shared = new SharedState(store, options, CommandFamilies.rows().table(), LOOPS, this::log);
        Parameter.set(shared, builder.settings);
        password = builder.settings.getOrDefault("requirepass", "");
        ListenOptions listen = ListenOptions.on(List.of(builder.bind), LoopOptions.fixed(LOOPS, builder.polling))
                .port(builder.port)
                .tls(builder.tls)
                .socket(builder.socket)
                .socketPermissions(PosixFilePermissions.fromString(builder.permissions))
                .build();
        try {
            L2Options l2 = builder.l2;
            server = SocketServer.open(shared, listen, builder.limits, loop -> {
                if (l2 != null) {
                    var ignored = BeforeL2.open(shared, l2, loop, 0, MOST_LOADS, false, Map.of())
                            .nearCache()
                            .l2()
                            .learnCommands();
                }
            });
        } catch (IOException | RuntimeException e) {
            shared.close();
            store.close();
            throw e;
        }
    }

    static NetSidecar start() throws IOException {
        return new Builder().start();
    }

    static Builder with() {
        return new Builder();
    }

    /** With this transport; without it on this machine the test is left out, and says so. */
    static Builder with(Polling transport) {
        try {
            assertThat(Polling.named(transport.label())).isEqualTo(transport);
        } catch (IllegalArgumentException missing) {
            System.out.println("NetSidecar: left out, " + missing.getMessage());
            assumeTrue(false, missing.getMessage());
        }
        Builder builder = new Builder();
        builder.polling = transport;
        return builder;
    }

    /** What a test wants to be different. */
    static final class Builder {
        private final Map<String, String> settings = new HashMap<>();
        private NetworkLimits limits = LIMITS;
        private String bind = "127.0.0.1";
        private int port;
        private String socket = "";
        private String permissions = "rw-rw----";
        private Polling polling = Polling.named(System.getProperty("cachee.transport", "auto"));
        private @Nullable TlsOptions tls;
        private @Nullable L2Options l2;

        /** Before this redis-server. */
        Builder before(RedisServerProcess redis) {
            l2 = L2Options.of("redis://127.0.0.1:" + redis.port());
            return this;
        }

        Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        Builder limits(NetworkLimits chosen) {
            limits = chosen;
            return this;
        }

        Builder bind(String address) {
            bind = address;
            return this;
        }

        Builder port(int chosen) {
            port = chosen;
            return this;
        }

        Builder socket(Path path) {
            socket = path.toString();
            return this;
        }

        Builder permissions(String mode) {
            permissions = mode;
            return this;
        }

        Builder tls(Path certificate, Path key, @Nullable Path clientAuthorities) throws IOException {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                tls = new TlsOptions(free.getLocalPort(), certificate, key, clientAuthorities);
            }
            return this;
        }

        NetSidecar start() throws IOException {
            return new NetSidecar(this);
        }
    }

    private void log(String message, @Nullable Throwable cause) {
        log.add(message);
        if (cause != null) {
            failures.add(new AssertionError(message, cause));
        }
    }

    SharedState shared() {
        return shared;
    }

    int port() {
        return server.port();
    }

    int tlsPort() {
        return server.tlsPort();
    }

    RespClient connect() throws IOException {
        return RespClient.connect(server.port());
    }

    /** A client that has said the password, where there is one. */
    RespClient friend() throws IOException {
        RespClient client = connect();
        if (!password.isEmpty()) {
            client.call("AUTH", password);
        }
        return client;
    }

    boolean hasLogged(String text) {
        return log.stream().anyMatch(line -> line.contains(text));
    }

    long timesLogged(String text) {
        return log.stream().filter(line -> line.contains(text)).count();
    }

    /** The value of a sample, such as {@code cachee_disconnects_total{reason="idle"}}. */
    double metric(String sample) {
        MetricWriter out = new MetricWriter(false);
        new SidecarMetrics(shared, out).write();
        return out.finish()
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such metric: " + sample));
    }

    double disconnects(String reason) {
        return metric("cachee_disconnects_total{reason=\"" + reason + "\"}");
    }

    double rejected(String reason) {
        return metric("cachee_rejected_connections_total{reason=\"" + reason + "\"}");
    }

    void awaitDisconnects(String reason, double count) throws Exception {
        Await.until(count + " disconnected for " + reason, () -> disconnects(reason) >= count);
    }

    /** Waits until nobody is connected but so many. */
    void awaitClients(int count) throws Exception {
        Await.until(count + " clients are connected", () -> server.clients() == count);
    }

    @Override
    public void close() {
        try (RespClient other = friend()) {
            other.call("SET", "alive", "yes");
            if (!other.call("GET", "alive").string().equals("yes")) {
                throw new AssertionError("another client was not served");
            }
        } catch (IOException notServed) {
            throw new AssertionError("another client was not served", notServed);
        } finally {
            shutDown();
        }
        Throwable first = failures.peek();
        if (first != null) {
            throw new AssertionError(failures.size() + " failures within the sidecar", first);
        }
        LeakWatch.check();
    }

    /** Ends it without asking how it is. */
    void shutDown() {
        server.close();
        shared.close();
        store.close();
    }
}
