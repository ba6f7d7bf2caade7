package io.cachee.server;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of {@code cachee start}. Each is also a variable of the environment and a name in the file. */
final class StartOptions {
    private static final String SIZE = "Sizes are bytes, or whole numbers of kb, mb or gb.";

    // ---------------------------------------------------------------- where to listen

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "6380",
            description = {"RESP over TCP; 0 turns it off. Default: ${DEFAULT-VALUE}"})
    int port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS,...",
            split = ",",
            defaultValue = "127.0.0.1",
            description = "Addresses for TCP and TLS; one that others can reach needs a password. Default:"
                    + " ${DEFAULT-VALUE}")
    List<String> bind = List.of();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            defaultValue = "",
            description = "RESP over a Unix socket at this path. Default: off")
    String socket = "";

    @Option(
            names = "--socket-perm",
            paramLabel = "MODE",
            defaultValue = "660",
            description = "The socket's mode, octal. Default: ${DEFAULT-VALUE}")
    String socketMode = "";

    @Option(
            names = "--protected-mode",
            paramLabel = "yes|no",
            defaultValue = "true",
            arity = "1",
            converter = YesNo.class,
            description = "Without a password, accept clients of this machine only, and refuse to start on an address"
                    + " that others can reach. Default: yes")
    boolean protectedMode;

    @Option(
            names = "--io-threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Event loops that read, run and answer requests. Default: as many as there are cores, 4 at"
                    + " most")
    int ioThreads;

    @Option(
            names = "--health-port",
            paramLabel = "PORT",
            defaultValue = "6381",
            description = "/livez, /readyz and /health over HTTP; 0 turns them off. Default: ${DEFAULT-VALUE}")
    int healthPort;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            defaultValue = "9090",
            description = "/metrics for Prometheus; 0 turns it off. Default: ${DEFAULT-VALUE}")
    int metricsPort;

    @Option(
            names = "--admin-bind",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "Address for health and metrics, which probes and Prometheus reach from outside the pod;"
                    + " nothing there changes anything. Default: ${DEFAULT-VALUE}")
    String adminBind = "";

    // ---------------------------------------------------------------- what to hold

    @Option(
            names = "--max-memory",
            paramLabel = "SIZE|SHARE",
            defaultValue = "256mb",
            description = "The size of the store, everything in it included; or a share of the container's limit, such"
                    + " as 60%%. " + SIZE + " Default: ${DEFAULT-VALUE}")
    String maxMemory = "";

    @Option(
            names = "--eviction",
            paramLabel = "POLICY",
            defaultValue = "cachee-lfu",
            description = "cachee-lfu, lru, fifo or noeviction; Redis's allkeys-lfu and allkeys-lru are accepted."
                    + " Default: ${DEFAULT-VALUE}")
    String eviction = "";

    @Option(
            names = "--max-value-size",
            paramLabel = "SIZE",
            defaultValue = "",
            description = "The largest value. Default, and most: an eighth of the store")
    String maxValueSize = "";

    @Option(
            names = "--shm",
            paramLabel = "PATH",
            defaultValue = "",
            description = "Publish the store in this directory, as cachee.shm, or in this file, for direct readers."
                    + " Default: off")
    String shm = "";

    @Option(
            names = "--shm-perm",
            paramLabel = "MODE",
            defaultValue = "600",
            description = "The shared file's mode, octal. Default: ${DEFAULT-VALUE}")
    String shmMode = "";

    @Option(
            names = "--databases",
            paramLabel = "N",
            defaultValue = "16",
            description = "Databases that SELECT knows, 1 to 16. Default: ${DEFAULT-VALUE}")
    int databases;

    // ---------------------------------------------------------------- who may do what

    @Option(
            names = "--requirepass",
            paramLabel = "PASSWORD",
            defaultValue = "",
            description = "The default user's password. Better kept in a file or the environment, for everybody on a"
                    + " machine can read command lines")
    String requirePass = "";

    @Option(
            names = "--requirepass-file",
            paramLabel = "FILE",
            description = "A file whose first line is the default user's password; not readable by everybody")
    @Nullable
    Path requirePassFile;

    @Option(
            names = "--users-file",
            paramLabel = "FILE",
            description = "Users and their rules, a line each, as ACL LIST writes them; not readable by everybody")
    @Nullable
    Path usersFile;

    @Option(
            names = "--allow-flush",
            paramLabel = "yes|no",
            defaultValue = "true",
            arity = "0..1",
            fallbackValue = "true",
            converter = YesNo.class,
            description = "Whether FLUSHALL and FLUSHDB are allowed to the default user. Default: yes")
    boolean allowFlush;

    @Option(names = "--tls-port", paramLabel = "PORT", defaultValue = "0", description = "RESP over TLS. Default: off")
    int tlsPort;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "The certificate chain, PEM; reloaded on change")
    @Nullable
    Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The private key, PEM; reloaded on change")
    @Nullable
    Path tlsKey;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "Who signs clients' certificates, PEM; with it a client must have one")
    @Nullable
    Path tlsAuthorities;

    // ---------------------------------------------------------------- limits

    @Option(
            names = "--maxclients",
            paramLabel = "N",
            defaultValue = "10000",
            description = {"Clients connected at once. Default: ${DEFAULT-VALUE}"})
    int maxClients;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "Disconnect clients that are silent for so long; 0 for never. Default: ${DEFAULT-VALUE}")
    int timeoutSeconds;

    @Option(
            names = "--client-output-buffer-limit",
            paramLabel = "LIMITS",
            defaultValue = "normal 64mb 32mb 60 pubsub 32mb 8mb 60",
            description = "What a client may leave unread: at once, and for how many seconds how much; by class."
                    + " Default: ${DEFAULT-VALUE}")
    String outputLimits = "";

    @Option(
            names = "--client-query-buffer-limit",
            paramLabel = "SIZE",
            defaultValue = "64mb",
            description = "The largest request. Default: ${DEFAULT-VALUE}")
    String queryBuffer = "";

    @Option(
            names = "--tracking-table-max-keys",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Keys remembered for clients that keep copies. Default: ${DEFAULT-VALUE}")
    int trackingKeys;

    @Option(
            names = "--shutdown-grace",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long clients may finish what is under way after SIGTERM. Default: ${DEFAULT-VALUE}")
    int graceSeconds;

    // ---------------------------------------------------------------- what to tell

    @Option(
            names = "--notify-keyspace-events",
            paramLabel = "CLASSES",
            defaultValue = "",
            description = "Events published to subscribers, in Redis's letters, such as Kex. Default: none")
    String notifications = "";

    @Option(
            names = "--slowlog-log-slower-than",
            paramLabel = "MICROS",
            defaultValue = "10000",
            description =
                    "Commands that take longer are logged for SLOWLOG; -1 turns it off. Default:" + " ${DEFAULT-VALUE}")
    long slowlogMicros;

    @Option(
            names = "--slowlog-max-len",
            paramLabel = "N",
            defaultValue = "128",
            description = "How many of them are kept. Default: ${DEFAULT-VALUE}")
    int slowlogLength;

    @Option(
            names = "--latency-monitor-threshold",
            paramLabel = "MILLIS",
            defaultValue = "0",
            description = "Commands that take longer are noted for LATENCY; 0 turns it off. Default: ${DEFAULT-VALUE}")
    long latencyMillis;

    @Option(
            names = "--resp-compat",
            paramLabel = "true|false",
            defaultValue = "true",
            arity = "0..1",
            fallbackValue = "true",
            converter = YesNo.class,
            description = "Replies and errors as Redis gives them. There is no other way; false is refused. Default:"
                    + " true")
    boolean respCompat;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A YAML file with the same names, without the dashes in front")
    @Nullable
    Path config;
}
