package io.cachee.server.config;

import io.cachee.l2.L2;
import io.cachee.l2.L2Options;
import io.cachee.server.net.Polling;
import io.cachee.store.Eviction;
import io.cachee.store.RemovalListener;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the flags come to: checked, and with all that follows from them worked out.
 *
 * @param values of the flags
 * @param options as given
 * @param tiers those about L2
 * @param maxMemory bytes of the store
 * @param maxValueSize bytes of the largest value
 * @param eviction policy
 * @param shmFile where the store is published, or null
 * @param ioThreads event loops
 * @param busyPollMicros for how long a loop looks for work before it sleeps
 * @param polling what kind of event loops
 * @param password of the default user, or empty
 * @param users lines of the users file
 * @param warnings to be logged
 */
public record Settings(
        FlagValues values,
        StartOptions options,
        NearCacheOptions tiers,
        long maxMemory,
        long maxValueSize,
        Eviction eviction,
        @Nullable Path shmFile,
        int ioThreads,
        int busyPollMicros,
        Polling polling,
        String password,
        List<String> users,
        List<String> warnings) {

    /** What a JVM with its network buffers takes beside the store. */
    static final long BESIDE_STORE_BYTES = 100L << 20;

    private static final String SHM_NAME = "cachee.shm";
    private static final int MOST_DEFAULT_LOOPS = 4;

    /** Checks the flags, or says which is wrong and why. */
    public static Settings of(FlagValues values) throws IOException {
        return of(values, new Container());
    }

    public static Settings of(FlagValues values, Container container) throws IOException {
        StartOptions options = new StartOptions(values);
        long maxMemory = values.parsed("max-memory", text -> {
            long bytes = MemorySize.parse(text, container);
            StoreOptions.maxMemory(bytes);
            return bytes;
        });
        checkFits(maxMemory, container);
        long valueSize = options.maxValueSize.isEmpty()
                ? maxMemory / 8
                : values.parsed("max-value-size", text -> MemorySize.parse(text));
        check(
                valueSize <= maxMemory / 8,
                "--max-value-size: " + MemorySize.format(valueSize) + " is more than an eighth of the store, "
                        + MemorySize.format(maxMemory / 8));
        Eviction eviction = values.parsed("eviction", Eviction::named);
        values.parsed("socket-perm", Settings::permissions);
        values.parsed("shm-perm", Settings::permissions);
        checkPorts(options);
        checkAddresses(options);
        List<String> warnings = new ArrayList<>();
        String password = password(options, values.fileOf("requirepass"), warnings);
        List<String> users = options.usersFile == null ? List.of() : userLines(options.usersFile);
        checkExposure(options, password, users);
        int loops = options.ioThreads > 0
                ? options.ioThreads
                : Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_DEFAULT_LOOPS);
        Polling polling = values.parsed("transport", Polling::named);
        if (Polling.isEpollMissed() && values.text("transport").equals("auto")) {
            warnings.add(
                    "there is no epoll, and Java's selectors are slower: its library could not be loaded, for which"
                        + " -Djava.io.tmpdir has to name a folder that this user may write; --transport=nio silences"
                        + " this");
        }
        return new Settings(
                values,
                options,
                new NearCacheOptions(values),
                maxMemory,
                valueSize,
                eviction,
                shmFile(options),
                loops,
                container.hasCpuLimit() ? 0 : options.busyPollMicros,
                polling,
                password,
                users,
                warnings);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** The store's pages are all allocated at the start, so a container that is too small would be killed. */
    private static void checkFits(long maxMemory, Container container) {
        long available = container.availableMemory();
        long needed = maxMemory + BESIDE_STORE_BYTES;
        String whose = container.memoryLimit() > 0 ? "the container's limit is " : "this machine has ";
        check(
                available <= 0 || needed <= available,
                "--max-memory: " + MemorySize.format(maxMemory) + " for the store and "
                        + MemorySize.format(BESIDE_STORE_BYTES) + " for the process make "
                        + MemorySize.format(needed) + ", but " + whose + MemorySize.format(available)
                        + "; allow more, or lower --max-memory to "
                        + Math.max(1, available - BESIDE_STORE_BYTES >> 20) + "mb at most");
    }

    private static void checkPorts(StartOptions options) {
        check(
                options.port > 0 || options.tlsPort > 0 || !options.socket.isEmpty(),
                "--port=0 without --tls-port and --socket leaves clients no way in");
        List<Integer> used = new ArrayList<>();
        for (int port : new int[] {options.port, options.tlsPort, options.healthPort, options.metricsPort}) {
            check(
                    port == 0 || !used.contains(port) || port == options.healthPort && port == options.metricsPort,
                    "port " + port + " is given twice");
            used.add(port);
        }
        check(
                options.tlsPort == 0 || options.tlsCertificate != null && options.tlsKey != null,
                "--tls-port needs --tls-cert and --tls-key");
        check(
                options.tlsPort > 0
                        || options.tlsCertificate == null && options.tlsKey == null && options.tlsAuthorities == null,
                "--tls-cert, --tls-key and --tls-ca need --tls-port");
        check(options.respCompat, "--resp-compat=false: replies are always Redis-compatible; leave the flag out");
    }

    /** A mode in octal. */
    public static Set<PosixFilePermission> permissions(String mode) {
        if (!mode.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("'" + mode + "' is no mode: three octal digits, such as 660");
        }
        int bits = Integer.parseInt(mode, 8);
        StringBuilder text = new StringBuilder();
        for (int i = 8; i >= 0; i--) {
            text.append((bits & 1 << i) != 0 ? "rwxrwxrwx".charAt(8 - i) : '-');
        }
        return PosixFilePermissions.fromString(text.toString());
    }

    private static void checkAddresses(StartOptions options) {
        check(
                !options.bind.isEmpty() || options.port == 0 && options.tlsPort == 0,
                "--bind is empty; with --port=0 and --tls-port=0 there is no TCP");
        options.bind.forEach(address -> checkAddress("--bind", address));
        if (options.healthPort > 0 || options.metricsPort > 0) {
            checkAddress("--admin-bind", options.adminBind);
        }
    }

    private static void checkAddress(String flag, String address) {
        try {
            check(!address.isEmpty() && InetAddress.getByName(address) != null, flag + " is empty");
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(flag + ": '" + address + "' is no address of this machine", e);
        }
    }

    private static String password(StartOptions options, @Nullable Path configFile, List<String> warnings)
            throws IOException {
        boolean given = !options.requirePass.isEmpty();
        check(
                !given || options.requirePassFile == null,
                "--requirepass and --requirepass-file contradict each other; keep one");
        if (given && configFile != null) {
            SecretFile.check(configFile);
        }
        if (given && options.requirePassIsVisible) {
            warnings.add("--requirepass can be read by everybody on this machine; --requirepass-file cannot");
        }
        return options.requirePassFile == null ? options.requirePass : SecretFile.readLine(options.requirePassFile);
    }

    private static List<String> userLines(Path file) throws IOException {
        return SecretFile.read(file)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    /** An address that others can reach needs a password. */
    private static void checkExposure(StartOptions options, String password, List<String> users) throws IOException {
        List<String> rules = rulesOfDefaultUser(users);
        check(
                rules.isEmpty() || password.isEmpty(),
                "a password for the default user and its line in --users-file contradict each other; keep one");
        boolean needsPassword = !rules.isEmpty() && (!rules.contains("nopass") || rules.contains("off"));
        if (!options.protectedMode || !password.isEmpty() || needsPassword) {
            return;
        }
        for (String address : options.bind) {
            check(
                    InetAddress.getByName(address).isLoopbackAddress() || options.port == 0 && options.tlsPort == 0,
                    "--bind=" + address + " can be reached by others, and there is no password: give one"
                            + " (--requirepass-file, --users-file), or say --protected-mode=no where nobody else can"
                            + " reach it");
        }
    }

    /** The words of its line; none where it has no line. */
    private static List<String> rulesOfDefaultUser(List<String> users) {
        return users.stream()
                .map(line -> List.of(line.split("\\s+", -1)))
                .filter(words -> words.size() > 1 && words.get(1).equals("default"))
                .findFirst()
                .orElse(List.of());
    }

    private static @Nullable Path shmFile(StartOptions options) {
        if (options.shm.isEmpty()) {
            return null;
        }
        Path path = Path.of(options.shm);
        return Files.isDirectory(path) ? path.resolve(SHM_NAME) : path;
    }

    /** Those flags that may change at run time, as CONFIG SET would have them; passwords are no part of it. */
    public Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("maxclients", String.valueOf(options.maxClients));
        parameters.put("timeout", String.valueOf(options.timeoutSeconds));
        parameters.put("client-output-buffer-limit", options.outputLimits);
        parameters.put("client-query-buffer-limit", options.queryBuffer);
        parameters.put("tracking-table-max-keys", String.valueOf(options.trackingKeys));
        parameters.put("notify-keyspace-events", options.notifications);
        parameters.put("slowlog-log-slower-than", String.valueOf(options.slowlogMicros));
        parameters.put("slowlog-max-len", String.valueOf(options.slowlogLength));
        parameters.put("latency-monitor-threshold", String.valueOf(options.latencyMillis));
        return parameters;
    }

    public Store openStore(RemovalListener listener) throws IOException {
        StoreOptions store = StoreOptions.maxMemory(maxMemory)
                .eviction(eviction)
                .maxValueSize(Math.min(maxValueSize, largest()))
                .populateInBackground(true)
                .removalListener(listener);
        if (shmFile != null) {
            store.file(shmFile).permissions(permissions(options.shmMode));
        }
        L2Options link = tiers.link();
        if (link != null) {
            store.stamped(L2.slots(link));
        }
        return Store.open(store);
    }

    private long largest() {
        return (maxMemory & -4096L) / 8;
    }
}
