package io.cachee.server;

import io.cachee.l2.L2Options;
import io.cachee.server.admin.AdminServer;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.config.MemoryPlan;
import io.cachee.server.config.MemorySize;
import io.cachee.server.config.NearCacheOptions;
import io.cachee.server.config.Settings;
import io.cachee.server.config.StartOptions;
import io.cachee.server.engine.CommandTable;
import io.cachee.server.engine.MemoryLimits;
import io.cachee.server.engine.Parameter;
import io.cachee.server.engine.RemovedKeys;
import io.cachee.server.engine.SelfTest;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.server.engine.UsersFile;
import io.cachee.server.net.BufferLimits;
import io.cachee.server.net.ListenOptions;
import io.cachee.server.net.LoopOptions;
import io.cachee.server.net.NetworkLimits;
import io.cachee.server.net.Polling;
import io.cachee.server.net.SocketServer;
import io.cachee.server.net.TlsOptions;
import io.cachee.server.proxy.BeforeL2;
import io.cachee.store.Store;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sidecar from start to end: it opens the store, the commands, the sockets and the health pages, and closes them.
 * SIGTERM turns readiness off, lets clients finish the requests under way, and removes the Unix socket and the shared
 * file. A second SIGTERM ends the process at once.
 */
public final class Sidecar implements AutoCloseable {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_WRONG_ARGUMENTS = 2;
    private static final int EXIT_AT_ONCE = 143;
    private static final long WATCH_MILLIS = 250;

    private final Settings settings;
    private final Log log;
    private final Polling polling;
    private final Store store;
    private final SharedState shared;
    private final SocketServer server;
    private final WarmUpService warmUp;
    /** Null without an L2. */
    private @Nullable BeforeL2 proxy;

    private final ConfigReload reload;
    private final Readiness readiness;
    private final FileWatch files;
    private final AdminServer admin = new AdminServer();
    private final HeapTrimmer heap;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final long startedNanos;
    private int healthPort;
    private int metricsPort;

    /** Runs a sidecar until it is told to end, and returns the process's exit code. */
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
        // The rows are read while the store is opened: each takes a good part of the start.
        CompletableFuture<CommandTable> table = CompletableFuture.supplyAsync(
                () -> CommandFamilies.rows().table(),
                Thread.ofPlatform().daemon().name("cachee-rows")::start);
        RemovedKeys removed = new RemovedKeys();
        NearCacheOptions nearCache = settings.nearCache();
        this.polling = polling(settings, log);
        this.heap = new HeapTrimmer(settings.memory().heapBytes());
        List<byte[]> previous =
                nearCache.warmsFromL2() ? PreviousKeys.of(settings.shmFile(), nearCache.prewarmKeys) : List.of();
        this.store = settings.openStore(removed);
        try {
            this.shared = new SharedState(store, sidecarOptions(settings), table.join(), settings.ioThreads(), log);
            shared.listenTo(removed);
            readiness = new Readiness(
                    nearCache.readyHitRate / 100.0,
                    nearCache.readyMillis,
                    shared.statistics::reads,
                    shared.statistics::hitRate,
                    System::nanoTime);
            MemoryPlan memory = memoryPlan();
            shared.tunables.limitMemory(new MemoryLimits(
                    memory.trackedBytes(), memory.slowLogBytes(), memory.usersBytes(), memory.copiedBytes()));
            configure(shared, settings);
            reload = new ConfigReload(settings, shared, log);
            shared.onShutdown(stopping::countDown);
            NetworkLimits limits =
                    NetworkLimits.DEFAULT.but().memory(bufferLimits(memory)).build();
            this.server = SocketServer.open(shared, listenOptions(), limits, this::connectToL2);
            reload.add(new KeyspaceReload(proxy == null ? null : proxy.nearCache(), nearCache.keyspaces, log));
        } catch (IOException | RuntimeException e) {
            store.close();
            admin.close();
            throw e;
        }
        files = new FileWatch(store::fileCondition, server::restoreSocket, log, System::nanoTime);
        warmUp = new WarmUpService(shared, proxy, nearCache, log);
        try {
            openAdmin();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        warmUp.warmUp(store, server.firstLoop(), previous);
        readiness.open();
    }

    /** The transport that is asked for, or an exception if it does not work on this machine. */
    private static Polling polling(Settings settings, Log log) {
        Polling polling = settings.values().parsed(StartOptions.TRANSPORT, Polling::named);
        if (Polling.isEpollMissed() && settings.options().transport.equals(StartOptions.AUTO)) {
            log.warn("there is no epoll, and Java's selectors are slower: its library could not be loaded, for which"
                    + " -Djava.io.tmpdir has to name a folder that this user may write; --transport=nio silences"
                    + " this");
        }
        return polling;
    }

    private void connectToL2(EventLoop loop) {
        NearCacheOptions nearCache = settings.nearCache();
        L2Options link = nearCache.link();
        if (link != null) {
            proxy = BeforeL2.open(
                    shared,
                    link,
                    loop,
                    nearCache.database(),
                    nearCache.mostLoads,
                    nearCache.mayAdminister,
                    nearCache.keyspaces);
        }
    }

    private static SidecarOptions sidecarOptions(Settings settings) {
        StartOptions options = settings.options();
        return new SidecarOptions(
                options.databases,
                String.join(" ", options.bind),
                options.port,
                options.socket,
                settings.maxMemory(),
                options.allowFlush,
                Version.current());
    }

    /** Sets parameters and users the way clients would, by CONFIG SET and ACL. */
    private static void configure(SharedState shared, Settings settings) {
        Map<String, String> parameters = settings.parameters();
        if (!settings.password().isEmpty()) {
            parameters.put("requirepass", settings.password());
        }
        Parameter.set(shared, parameters);
        Path usersFile = settings.options().usersFile;
        if (usersFile != null) {
            shared.usersFile(new UsersFile(usersFile, !settings.password().isEmpty()));
        }
        try {
            shared.users.replaceBy(settings.users());
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("--users-file: " + wrong.getMessage(), wrong);
        }
    }

    private MemoryPlan memoryPlan() {
        Runtime runtime = Runtime.getRuntime();
        return settings.memory().withUsedHeap(runtime.maxMemory(), runtime.totalMemory() - runtime.freeMemory());
    }

    private BufferLimits bufferLimits(MemoryPlan memory) {
        long most = settings.options().buffersTotal;
        return new BufferLimits(
                Math.min(most, memory.requestBytes()),
                memory.mostRequestBytes(),
                Math.min(most, memory.replyBytes()),
                memory.socketBufferBytes(),
                memory.highWaterMark());
    }

    private ListenOptions listenOptions() {
        StartOptions options = settings.options();
        boolean isAdaptive = options.ioThreads == 0;
        LoopOptions loops = new LoopOptions(settings.ioThreads(), isAdaptive, settings.busyPollMicros(), polling);
        return ListenOptions.on(options.bind, loops)
                .port(options.port == 0 ? -1 : options.port)
                .tls(tlsOptions(options))
                .socket(options.socket)
                .socketPermissions(Settings.permissions(options.socketMode))
                .protectedMode(options.protectedMode)
                .build();
    }

    private static @Nullable TlsOptions tlsOptions(StartOptions options) {
        if (options.tlsPort == 0 || options.tlsCertificate == null || options.tlsKey == null) {
            return null;
        }
        return new TlsOptions(options.tlsPort, options.tlsCertificate, options.tlsKey, options.tlsAuthorities);
    }

    private void openAdmin() throws IOException {
        StartOptions options = settings.options();
        SidecarPages pages = new SidecarPages(shared, proxy, warmUp, this::problem, this::notReady);
        Map<String, AdminServer.Page> metrics = pages.metrics();
        boolean isOnePort = options.healthPort == options.metricsPort;
        if (options.healthPort > 0) {
            healthPort = admin.listen(
                    "--health-port",
                    options.adminBind,
                    options.healthPort,
                    new AdminServer.Pages(pages.health(), isOnePort ? metrics : Map.of()));
        }
        if (options.metricsPort > 0 && !isOnePort) {
            metricsPort = admin.listen(
                    "--metrics-port", options.adminBind, options.metricsPort, new AdminServer.Pages(Map.of(), metrics));
        }
    }

    /** Why clients should not connect; empty if they should. */
    private String notReady() {
        String reason = readiness.reason();
        if (reason.isEmpty()) {
            reason = files.notReady();
        }
        if (reason.isEmpty() && !server.isAccepting()) {
            reason = "no client can be accepted for now";
        }
        BeforeL2 before = proxy;
        boolean needsL2 = reason.isEmpty() && settings.nearCache().neededForReady;
        if (needsL2 && before != null && !before.isCoherent()) {
            reason = "L2 is " + before.state() + " (--l2-needed-for-ready)";
        }
        return reason;
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
        return "cachee " + Version.current() + " ready in " + (System.nanoTime() - startedNanos) / 1_000_000 + " ms: "
                + String.join(", ", doors) + "; " + MemorySize.format(settings.maxMemory()) + ", "
                + settings.eviction().displayName() + ", " + settings.ioThreads() + " "
                + polling.label()
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

    /** Waits for a signal, SHUTDOWN or a failure of the store, ends, and returns the exit code. */
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
            files.tick();
            if (files.needsRestart()) {
                log.error("ending so that a restart makes a new file: " + files.notReady(), null);
                stop();
                return EXIT_FAILED;
            }
            reload.tick();
            warmUp.tick();
            heap.tick();
        }
    }

    private void stop() {
        readiness.close();
        warmUp.tell();
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
