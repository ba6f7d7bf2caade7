package io.cachee.server;

import io.cachee.l2.L2Options;
import io.cachee.server.admin.AdminServer;
import io.cachee.server.admin.Health;
import io.cachee.server.admin.HttpReply;
import io.cachee.server.admin.JvmMetrics;
import io.cachee.server.admin.SidecarMetrics;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.config.MemorySize;
import io.cachee.server.config.NearCacheOptions;
import io.cachee.server.config.Settings;
import io.cachee.server.config.StartOptions;
import io.cachee.server.engine.CommandTable;
import io.cachee.server.engine.Parameter;
import io.cachee.server.engine.RemovedKeys;
import io.cachee.server.engine.SelfTest;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.server.metrics.MetricWriter;
import io.cachee.server.net.ListenOptions;
import io.cachee.server.net.NetworkLimits;
import io.cachee.server.net.RespServer;
import io.cachee.server.proxy.BeforeL2;
import io.cachee.store.Store;
import io.cachee.store.StoreStats;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sidecar from its start to its end: store, commands, sockets, health. SIGTERM turns readiness off, lets clients
 * finish what is under way, and removes socket and shared file; a second one ends the process at once.
 */
public final class Sidecar implements AutoCloseable {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_WRONG_ARGUMENTS = 2;
    private static final int EXIT_AT_ONCE = 143;
    private static final long WATCH_MILLIS = 250;

    private final Settings settings;
    private final Log log;
    private final Store store;
    private final SharedState shared;
    private final RespServer server;
    private final WarmUpService warmth;
    /** Null without an L2. */
    private @Nullable BeforeL2 proxy;

    private final ConfigReload reload;
    private final AdminServer admin = new AdminServer();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final long startedNanos;
    private final Readiness readiness;
    private int healthPort;
    private int metricsPort;

    /** Runs a sidecar until it is told to end; the process's exit code. */
    public static int run(Settings settings, Log log) {
        long started = System.nanoTime();
        try {
            String outdated = BuildCheck.problem();
            if (outdated != null) {
                log.error("cannot start: " + outdated, null);
                return EXIT_FAILED;
            }
        } catch (IOException unreadable) {
            log.error("cannot start: the jar cannot be read: " + unreadable.getMessage(), null);
            return EXIT_FAILED;
        }
        try (Sidecar sidecar = new Sidecar(settings, log, started)) {
            sidecar.handleSignals();
            log.info(sidecar.readyLine());
            return sidecar.awaitEnd();
        } catch (IllegalArgumentException wrong) {
            log.error("cannot start: " + wrong.getMessage(), null);
            return EXIT_WRONG_ARGUMENTS;
        } catch (IOException problem) {
            log.error("cannot start: " + problem.getMessage(), null);
            return EXIT_FAILED;
        } catch (RuntimeException problem) {
            log.error("cannot start", problem);
            return EXIT_FAILED;
        }
    }

    Sidecar(Settings settings, Log log, long startedNanos) throws IOException {
        this.settings = settings;
        this.log = log;
        this.startedNanos = startedNanos;
        RemovedKeys removed = new RemovedKeys();
        NearCacheOptions tiers = settings.tiers();
        List<byte[]> previous =
                tiers.warmsFromL2() ? PreviousKeys.of(settings.shmFile(), tiers.prewarmKeys) : List.of();
        this.store = settings.openStore(removed);
        try {
            CommandTable table = CommandFamilies.rows().table();
            this.shared = new SharedState(store, instanceOptions(settings), table, settings.ioThreads(), log);
            shared.listenTo(removed);
            readiness = new Readiness(
                    tiers.readyHitRate / 100.0,
                    tiers.readyMillis,
                    shared.statistics::reads,
                    shared.statistics::hitRate,
                    System::nanoTime);
            configure(shared, settings);
            reload = new ConfigReload(settings, shared, log);
            shared.onShutdown(stopping::countDown);
            NetworkLimits limits = NetworkLimits.DEFAULT.clientBuffersTotal(settings.options().buffersTotal);
            this.server = RespServer.open(shared, listenOptions(settings), limits, this::connectToL2);
            reload.add(new KeyspaceReload(proxy == null ? null : proxy.tier(), tiers.keyspaces, log));
        } catch (IOException | RuntimeException e) {
            store.close();
            admin.close();
            throw e;
        }
        try {
            openAdmin();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        warmth = new WarmUpService(shared, proxy, tiers, log);
        warmth.warmUp(store, server.firstLoop(), previous);
        readiness.open();
    }

    private void connectToL2(EventLoop loop) {
        NearCacheOptions tiers = settings.tiers();
        L2Options link = tiers.link();
        if (link != null) {
            proxy = BeforeL2.open(shared, link, loop, tiers.database(), tiers.mostLoads, tiers.keyspaces);
        }
    }

    private static SidecarOptions instanceOptions(Settings settings) {
        StartOptions options = settings.options();
        return new SidecarOptions(
                options.databases,
                String.join(" ", options.bind),
                options.port,
                options.socket,
                settings.maxMemory(),
                settings.eviction(),
                options.allowFlush,
                Cachee.version());
    }

    /** What clients could change by CONFIG and ACL is set the same way. */
    private static void configure(SharedState shared, Settings settings) {
        Map<String, String> parameters = settings.parameters();
        if (!settings.password().isEmpty()) {
            parameters.put("requirepass", settings.password());
        }
        Parameter.set(shared, parameters);
        shared.users.define(settings.users());
    }

    private static ListenOptions listenOptions(Settings settings) {
        StartOptions options = settings.options();
        return new ListenOptions(
                options.bind,
                options.port == 0 ? -1 : options.port,
                options.socket,
                Settings.permissions(options.socketMode),
                options.protectedMode,
                settings.ioThreads(),
                options.ioThreads == 0,
                settings.busyPollMicros(),
                settings.polling(),
                options.tlsPort,
                options.tlsCertificate,
                options.tlsKey,
                options.tlsAuthorities);
    }

    private void openAdmin() throws IOException {
        StartOptions options = settings.options();
        Map<String, AdminServer.Page> health = new LinkedHashMap<>();
        health.put("/livez", _ -> {
            Health now = health();
            return HttpReply.text(now.isAlive() ? 200 : 503, now.isAlive() ? "ok\n" : now.problem() + "\n");
        });
        health.put("/readyz", _ -> {
            Health now = health();
            boolean go = now.ready() && now.isAlive();
            return HttpReply.text(go ? 200 : 503, now.status() + "\n");
        });
        health.put("/health", _ -> {
            Health now = health();
            return HttpReply.json(now.isAlive() ? 200 : 503, now.json());
        });
        Map<String, AdminServer.Page> metrics = Map.of("/metrics", this::metrics);
        if (options.healthPort > 0 && options.healthPort == options.metricsPort) {
            health.putAll(metrics);
        }
        if (options.healthPort > 0) {
            healthPort = admin.listen(options.adminBind, options.healthPort, health);
        }
        if (options.metricsPort > 0 && options.metricsPort != options.healthPort) {
            metricsPort = admin.listen(options.adminBind, options.metricsPort, metrics);
        }
    }

    private HttpReply metrics(String accept) {
        boolean openMetrics = accept.contains("application/openmetrics-text");
        MetricWriter out = new MetricWriter(openMetrics);
        out.gauge("cachee_build_info", "The version that runs.")
                .sample("cachee_build_info", 1, MetricWriter.label("version", Cachee.version()));
        out.gauge("cachee_ready", "Whether clients should come.", isReady() ? 1 : 0);
        out.gauge("cachee_uptime_seconds", "Seconds since the start.", shared.uptimeMillis() / 1e3);
        new SidecarMetrics(shared, out).write();
        warmth.writeMetrics(out);
        JvmMetrics.write(out);
        String type = openMetrics
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8";
        return new HttpReply(200, type, out.finish());
    }

    private Health health() {
        StoreStats stats = store.stats();
        return new Health(
                problem(),
                isReady() && server.isAccepting(),
                stats.entries(),
                stats.regionBytes() - stats.freeBytes(),
                stats.regionBytes(),
                shared.statistics.hitRate(),
                TimeUnit.MILLISECONDS.toSeconds(shared.uptimeMillis()),
                proxy == null ? "" : proxy.state());
    }

    /** Whether clients should come: from the warm-up to the end, and where L2 is needed, while it is coherent. */
    private boolean isReady() {
        return readiness.isReady() && (!settings.tiers().neededForReady || proxy == null || proxy.isCoherent());
    }

    private String problem() {
        Throwable failure = store.failure();
        if (failure != null) {
            return "the store has failed: " + failure.getMessage();
        }
        return SelfTest.problem(store);
    }

    private String readyLine() {
        StartOptions options = settings.options();
        List<String> doors = new ArrayList<>();
        if (server.port() > 0) {
            doors.add("tcp " + String.join(",", options.bind) + ":" + server.port());
        }
        if (server.tlsPort() > 0) {
            doors.add("tls " + String.join(",", options.bind) + ":" + server.tlsPort());
        }
        if (!options.socket.isEmpty()) {
            doors.add("unix " + options.socket);
        }
        if (settings.shmFile() != null) {
            doors.add("shm " + settings.shmFile());
        }
        if (healthPort > 0) {
            doors.add("health :" + healthPort);
        }
        if (metricsPort > 0) {
            doors.add("metrics :" + metricsPort);
        }
        return "cachee " + Cachee.version() + " ready in " + (System.nanoTime() - startedNanos) / 1_000_000 + " ms: "
                + String.join(", ", doors) + "; " + MemorySize.format(settings.maxMemory()) + ", "
                + settings.eviction().displayName() + ", " + settings.ioThreads() + " "
                + settings.polling().label()
                + " threads";
    }

    // ---------------------------------------------------------------- the end

    private void handleSignals() {
        TerminationSignal.handle(() -> {
            if (stopping.getCount() == 0) {
                Runtime.getRuntime().halt(EXIT_AT_ONCE);
            }
            stopping.countDown();
        });
    }

    /** Waits for the word to end, and ends. */
    private int awaitEnd() {
        while (true) {
            try {
                if (stopping.await(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                    stop();
                    return 0;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return EXIT_FAILED;
            }
            Throwable failure = store.failure();
            if (failure != null) {
                readiness.close();
                log.error("the store has failed, ending so that a restart makes a new one: " + failure, null);
                return EXIT_FAILED;
            }
            reload.tick();
            warmth.tick();
        }
    }

    private void stop() {
        readiness.close();
        warmth.tell();
        log.info("stopping: no new clients; " + server.clients() + " connected have " + settings.options().graceSeconds
                + " s to finish");
        boolean all = server.drain(TimeUnit.SECONDS.toMillis(settings.options().graceSeconds));
        log.info(all ? "all clients have left" : "the grace time is over; " + server.clients() + " clients cut off");
    }

    int port() {
        return server.port();
    }

    int healthPort() {
        return healthPort;
    }

    int metricsPort() {
        return metricsPort;
    }

    @Nullable
    Throwable failure() {
        return store.failure();
    }

    @Override
    public void close() {
        readiness.close();
        server.close();
        shared.close();
        admin.close();
        store.close();
    }
}
