package io.cachee.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The flags of {@code cachee start}, each checked by itself; {@link Settings} checks them together.
 *
 * <p>The other commands use picocli. Its classes are too old for the distribution's ahead-of-time cache, and loading
 * them would take half of the time to the first reply.
 */
public final class StartOptions {
    /** The flag that chooses how event loops wait for sockets. */
    public static final String TRANSPORT = "transport";

    /** Stands for all addresses of this machine. */
    public static final String ALL_ADDRESSES = "*";

    /** The transport that takes the best of those that work on this machine. */
    public static final String AUTO = "auto";

    private static final Set<String> TRANSPORTS = Set.of(AUTO, "io_uring", "epoll", "nio");
    private static final int MOST_PORT = 65_535;
    private static final long LEAST_BUFFERS = 1 << 20;
    private static final String SIZE = "Sizes are bytes, or whole numbers of kb, mb or gb.";

    private static final List<Flag> OWN = List.of(
            Flag.of("port", "PORT", "6380", "RESP over TCP; 0 turns it off."),
            Flag.of(
                    "bind",
                    "ADDRESS,...",
                    ALL_ADDRESSES,
                    "Addresses for TCP and TLS; * is all that this machine has. Clients of other machines are denied"
                            + " while there is no password (--protected-mode)."),
            Flag.of("socket", "PATH", "", "RESP over a Unix socket at this path."),
            Flag.of("socket-perm", "MODE", "660", "The socket's mode, octal."),
            Flag.yesNo(
                    "protected-mode",
                    "yes",
                    "Without a password, accept only clients of the Unix socket, of 127.0.0.1 and of ::1."),
            Flag.of(
                    "io-threads",
                    "N",
                    "0",
                    "Event loops; 0 is as many as the load makes worthwhile, at most one for each core and 4."),
            Flag.of(
                    "busy-poll-micros",
                    "N",
                    "50",
                    "For how long a loop looks for the next request before it sleeps, where one or two clients send"
                            + " requests closely one after the other and a CPU is idle, or where it has hardly time to"
                            + " sleep anyway; never under a CPU limit; 0 turns it off."),
            Flag.of(
                    TRANSPORT,
                    "auto|io_uring|epoll|nio",
                    AUTO,
                    "How event loops wait for clients: by Linux's epoll, its io_uring, for trials, or"
                            + " Java's selectors; auto is epoll where it can be had."),
            Flag.of("health-port", "PORT", "6381", "/livez, /readyz and /health over HTTP; 0 turns them off."),
            Flag.of("metrics-port", "PORT", "9090", "/metrics for Prometheus; 0 turns it off."),
            Flag.of(
                    "admin-bind",
                    "ADDRESS",
                    "0.0.0.0",
                    "Address for health and metrics, which probes and Prometheus reach from outside the pod; nothing"
                            + " there changes anything."),
            Flag.of(
                    "max-memory",
                    "SIZE|SHARE|auto",
                    "256mb",
                    "The size of the store, everything in it included; or a share of the container's limit, such as"
                            + " 60%; auto is what the limit leaves. " + SIZE),
            Flag.of(
                    "eviction",
                    "POLICY",
                    "cachee-lfu",
                    "cachee-lfu, lru, fifo, volatile-lfu, volatile-lru, volatile-ttl or noeviction; Redis's"
                            + " allkeys-lfu, allkeys-lru and allkeys-random are accepted."),
            Flag.of(
                    "max-value-size",
                    "SIZE",
                    "",
                    "The largest value, an eighth of the store at most, which is also what it is unless given."),
            Flag.of(
                    "shm",
                    "PATH",
                    "",
                    "Publish the store in this directory, as cachee.shm, or in this file, for direct readers."),
            Flag.of("shm-perm", "MODE", "600", "The shared file's mode, octal."),
            Flag.of("databases", "N", "16", "Databases that SELECT knows, 1 to 16."),
            Flag.of(
                    "requirepass",
                    "PASSWORD",
                    "",
                    "The default user's password. Better kept in a file or the environment, for everybody on a machine"
                            + " can read command lines."),
            Flag.of(
                    "requirepass-file",
                    "FILE",
                    "",
                    "A file whose first line is the default user's password; not readable by everybody."),
            Flag.of(
                    "users-file",
                    "FILE",
                    "",
                    "Users and their rules, a line each, as ACL LIST writes them; not readable by everybody. ACL LOAD"
                            + " and ACL SAVE use it too."),
            Flag.yesNo(
                    "allow-flush", "auto", "Whether the default user may FLUSHALL and FLUSHDB; auto is not with --l2."),
            Flag.of("tls-port", "PORT", "0", "RESP over TLS; 0 turns it off."),
            Flag.of("tls-cert", "FILE", "", "The certificate chain, PEM; reloaded when it changes."),
            Flag.of("tls-key", "FILE", "", "The private key, PEM; reloaded when it changes."),
            Flag.of("tls-ca", "FILE", "", "Who signs clients' certificates, PEM; with it, a client must have one."),
            Flag.of("maxclients", "N", "10000", "Clients connected at once."),
            Flag.of("timeout", "SECONDS", "0", "Disconnect clients that are silent for so long; 0 is never."),
            Flag.of(
                    "client-output-buffer-limit",
                    "LIMITS",
                    "normal 64mb 32mb 60 pubsub 32mb 8mb 60",
                    "What a client may leave unread, by class: at once, and for how many seconds how much."),
            Flag.of("client-query-buffer-limit", "SIZE", "64mb", "The largest request."),
            Flag.of(
                    "client-buffers-total",
                    "SIZE",
                    "",
                    "Unfinished requests of all clients together, and likewise replies that they have not taken; never"
                            + " more than the memory beside the store allows, which is also what it is unless given."),
            Flag.of("tracking-table-max-keys", "N", "100000", "Keys remembered for clients that keep copies."),
            Flag.of("shutdown-grace", "SECONDS", "10", "How long clients may finish what is under way after SIGTERM."),
            Flag.of(
                    "notify-keyspace-events",
                    "CLASSES",
                    "",
                    "Events published to subscribers, in Redis's letters, such as Kex."),
            Flag.of(
                    "slowlog-log-slower-than",
                    "MICROS",
                    "10000",
                    "Commands that take longer are kept for SLOWLOG; -1 turns it off."),
            Flag.of("slowlog-max-len", "N", "128", "How many of them are kept."),
            Flag.of("acllog-max-len", "N", "128", "How many entries ACL LOG keeps of what users' rules refused."),
            Flag.of(
                    "latency-monitor-threshold",
                    "MILLIS",
                    "0",
                    "Commands that take longer are noted for LATENCY; 0 turns it off."),
            Flag.yesNo(
                    "resp-compat",
                    "true",
                    "Replies and errors as Redis gives them. There is no other way, so no is" + " refused."),
            Flag.of(
                    "config",
                    "FILE",
                    "",
                    "A YAML file with the same names, without the dashes in front; reloaded when it changes."));

    public static final List<Flag> FLAGS =
            Stream.concat(OWN.stream(), NearCacheOptions.FLAGS.stream()).toList();

    public final int port;
    public final List<String> bind;
    public final String socket;
    public final String socketMode;
    public final boolean protectedMode;
    public final int ioThreads;
    final int busyPollMicros;
    public final String transport;
    public final int healthPort;
    public final int metricsPort;
    public final String adminBind;
    final String maxValueSize;
    final String shm;
    final String shmMode;
    public final int databases;
    final String requirePass;
    final boolean requirePassIsVisible;
    final @Nullable Path requirePassFile;
    public final @Nullable Path usersFile;
    public final boolean allowFlush;
    public final int tlsPort;
    public final @Nullable Path tlsCertificate;
    public final @Nullable Path tlsKey;
    public final @Nullable Path tlsAuthorities;
    final int maxClients;
    final int timeoutSeconds;
    final String outputLimits;
    final String queryBuffer;
    public final long buffersTotal;
    final int trackingKeys;
    public final int graceSeconds;
    final String notifications;
    final long slowlogMicros;
    final int slowlogLength;
    final int aclLogLength;
    final long latencyMillis;
    final boolean respCompat;

    private static String transport(String text) {
        if (!TRANSPORTS.contains(text)) {
            throw new IllegalArgumentException("'" + text + "' is neither auto, io_uring, epoll nor nio");
        }
        return text;
    }

    private static long buffersTotal(String text) {
        if (text.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long bytes = MemorySize.parse(text);
        if (bytes < LEAST_BUFFERS) {
            throw new IllegalArgumentException("'" + text + "' is less than " + MemorySize.format(LEAST_BUFFERS));
        }
        return bytes;
    }

    StartOptions(FlagValues values) {
        port = values.integer("port", 0, MOST_PORT);
        bind = values.list("bind");
        socket = values.text("socket");
        socketMode = values.text("socket-perm");
        protectedMode = values.yesNo("protected-mode");
        ioThreads = values.integer("io-threads", 0, 64);
        busyPollMicros = values.integer("busy-poll-micros", 0, 10_000);
        transport = values.parsed(TRANSPORT, StartOptions::transport);
        healthPort = values.integer("health-port", 0, MOST_PORT);
        metricsPort = values.integer("metrics-port", 0, MOST_PORT);
        adminBind = values.text("admin-bind");
        maxValueSize = values.text("max-value-size");
        shm = values.text("shm");
        shmMode = values.text("shm-perm");
        databases = values.integer("databases", 1, 16);
        requirePass = values.text("requirepass");
        requirePassIsVisible = values.isOnCommandLine("requirepass");
        requirePassFile = values.path("requirepass-file");
        usersFile = values.path("users-file");
        boolean isAuto = values.text("allow-flush").equals("auto");
        allowFlush = isAuto ? values.text("l2").isEmpty() : values.yesNo("allow-flush");
        tlsPort = values.integer("tls-port", 0, MOST_PORT);
        tlsCertificate = values.path("tls-cert");
        tlsKey = values.path("tls-key");
        tlsAuthorities = values.path("tls-ca");
        maxClients = values.integer("maxclients", 1, 1_000_000);
        timeoutSeconds = values.integer("timeout", 0, Integer.MAX_VALUE);
        outputLimits = values.text("client-output-buffer-limit");
        queryBuffer = values.text("client-query-buffer-limit");
        buffersTotal = values.parsed("client-buffers-total", StartOptions::buffersTotal);
        trackingKeys = values.integer("tracking-table-max-keys", 1, 10_000_000);
        graceSeconds = values.integer("shutdown-grace", 0, 86_400);
        notifications = values.text("notify-keyspace-events");
        slowlogMicros = values.number("slowlog-log-slower-than", -1, 1L << 40);
        slowlogLength = values.integer("slowlog-max-len", 0, 100_000);
        aclLogLength = values.integer("acllog-max-len", 0, 100_000);
        latencyMillis = values.number("latency-monitor-threshold", 0, Integer.MAX_VALUE);
        respCompat = values.yesNo("resp-compat");
    }
}
