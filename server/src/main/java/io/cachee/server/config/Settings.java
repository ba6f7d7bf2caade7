package io.cachee.server.config;

import io.cachee.l2.L2;
import io.cachee.l2.L2Options;
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

/** The flags of {@code cachee start}, checked together, with the values that follow from them. */
public final class Settings {
    private static final String SHM_NAME = "cachee.shm";
    private static final int MOST_DEFAULT_LOOPS = 4;

    private final FlagValues values;
    private final StartOptions options;
    private final NearCacheOptions nearCache;
    private final long maxMemory;
    private final MemoryPlan memory;
    private final long maxValueSize;
    private final Eviction eviction;
    private final @Nullable Path shmFile;
    private final int ioThreads;
    private final int busyPollMicros;
    private final String password;
    private final List<NumberedLine> users;
    private final List<String> warnings = new ArrayList<>();

    private Settings(FlagValues values, Container container) throws IOException {
        this.values = values;
        values.unknownVariables().forEach(name -> warnings.add("unknown in the environment: " + name));
        options = new StartOptions(values);
        maxMemory = values.parsed("max-memory", text -> {
            long bytes = text.equals("auto") ? largestStore(container) : MemorySize.parse(text, container);
            StoreOptions.maxMemory(bytes);
            return bytes;
        });
        checkFits(maxMemory, container);
        boolean hasL2 = !values.text("l2").isEmpty();
        memory = MemoryPlan.of(
                container.memoryLimit(), maxMemory, Runtime.getRuntime().maxMemory(), hasL2);
        maxValueSize = options.maxValueSize.isEmpty()
                ? maxMemory / 8
                : values.parsed("max-value-size", text -> MemorySize.parse(text));
        check(
                maxValueSize <= maxMemory / 8,
                "--max-value-size: " + MemorySize.format(maxValueSize) + " is more than an eighth of the store, "
                        + MemorySize.format(maxMemory / 8));
        eviction = values.parsed("eviction", Eviction::named);
        values.parsed("socket-perm", Settings::permissions);
        values.parsed("shm-perm", Settings::permissions);
        checkPorts(options);
        checkAddresses(options);
        password = password(options, values.fileOf("requirepass"), warnings);
        users = options.usersFile == null ? List.of() : SecretFile.readEntries(options.usersFile);
        checkOnePassword(password, users);
        ioThreads = options.ioThreads > 0
                ? options.ioThreads
                : Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_DEFAULT_LOOPS);
        nearCache = new NearCacheOptions(values, memory);
        shmFile = shmFile(options);
        warnOfFewClients();
        if (hasL2 && memory.besideBytes() < MemoryPlan.ENOUGH_BEFORE_L2_BYTES) {
            warnings.add("the container has " + MemorySize.format(memory.besideBytes()) + " beside the store; before an"
                    + " L2 it should have " + MemorySize.format(MemoryPlan.ENOUGH_BEFORE_L2_BYTES)
                    + ": the kernel may end the process under load");
        }
        busyPollMicros = container.hasCpuLimit() ? 0 : options.busyPollMicros;
    }

    /** Checks the flags; an exception says which is wrong and why. */
    public static Settings of(FlagValues values) throws IOException {
        return of(values, new Container());
    }

    static Settings of(FlagValues values, Container container) throws IOException {
        return new Settings(values, container);
    }

    /** The flags as text, with their sources. */
    public FlagValues values() {
        return values;
    }

    /** The flags' own values. */
    public StartOptions options() {
        return options;
    }

    /** The flags about L2, and the policies of keyspaces. */
    public NearCacheOptions nearCache() {
        return nearCache;
    }

    /** The size of the store in bytes. */
    public long maxMemory() {
        return maxMemory;
    }

    /** How the memory beside the store is divided. */
    public MemoryPlan memory() {
        return memory;
    }

    /** The largest value in bytes. */
    long maxValueSize() {
        return maxValueSize;
    }

    /** The store's eviction policy. */
    public Eviction eviction() {
        return eviction;
    }

    /** The file in which the store is published; null if it is not. */
    public @Nullable Path shmFile() {
        return shmFile;
    }

    /** The number of event loops. */
    public int ioThreads() {
        return ioThreads;
    }

    /** How long an event loop polls for work before it sleeps; 0 under a CPU limit. */
    public int busyPollMicros() {
        return busyPollMicros;
    }

    /** The default user's password, or empty. */
    public String password() {
        return password;
    }

    /** The lines of the users file. */
    public List<NumberedLine> users() {
        return List.copyOf(users);
    }

    /** Messages to log at the start. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private void warnOfFewClients() {
        if (values.isChanged("maxclients") && options.maxClients > memory.mostClients()) {
            warnings.add("--maxclients: the memory beside the store is enough for " + memory.mostClients()
                    + " clients, not for " + options.maxClients);
        }
    }

    /** The largest store that leaves enough memory for the process. */
    private static long largestStore(Container container) {
        long available = container.availableMemory();
        check(available > 0, "'auto': neither the container's memory limit nor the machine's memory could be read");
        long bytes = MemoryPlan.storeIn(available) >> 20 << 20;
        check(bytes > 0, "'auto': " + MemorySize.format(available) + " leave no memory for a store");
        return bytes;
    }

    /**
     * The store allocates all its pages at the start: in a container that is too small, the process would be killed.
     */
    private static void checkFits(long maxMemory, Container container) {
        long available = container.availableMemory();
        long needed = maxMemory + MemoryPlan.LEAST_BESIDE_BYTES;
        String whose = container.memoryLimit() > 0 ? "the container's limit is " : "this machine has ";
        check(
                available <= 0 || needed <= available,
                "--max-memory: " + MemorySize.format(maxMemory) + " for the store and "
                        + MemorySize.format(MemoryPlan.LEAST_BESIDE_BYTES) + " for the process make "
                        + MemorySize.format(needed) + ", but " + whose + MemorySize.format(available)
                        + "; allow more, or lower --max-memory to "
                        + Math.max(1, available - MemoryPlan.LEAST_BESIDE_BYTES >> 20) + "mb at most");
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

    /** Parses a file's mode, which is written in octal. */
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
        options.bind.stream()
                .filter(address -> !address.equals(StartOptions.ALL_ADDRESSES))
                .forEach(address -> checkAddress("--bind", address));
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

    private static void checkOnePassword(String password, List<NumberedLine> users) {
        check(
                password.isEmpty() || rulesOfDefaultUser(users).isEmpty(),
                "a password for the default user and its line in --users-file contradict each other; keep one");
    }

    /** The words of the default user's line in the users file; empty if it has none. */
    private static List<String> rulesOfDefaultUser(List<NumberedLine> users) {
        return users.stream()
                .map(line -> List.of(line.text().split("\\s+", -1)))
                .filter(words -> words.size() > 1 && words.get(1).equals("default"))
                .findFirst()
                .orElse(List.of());
    }

    private static @Nullable Path shmFile(StartOptions options) {
        if (options.shm.isEmpty()) {
            return null;
        }
        return storeFile(Path.of(options.shm));
    }

    /** The file of a store that is published at a path, which may be a directory. */
    public static Path storeFile(Path path) {
        return Files.isDirectory(path) ? path.resolve(SHM_NAME) : path;
    }

    /** The flags that may change at run time, as CONFIG SET takes them. Passwords are not among them. */
    public Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("maxclients", String.valueOf(Math.min(options.maxClients, memory.mostClients())));
        parameters.put("timeout", String.valueOf(options.timeoutSeconds));
        parameters.put("client-output-buffer-limit", options.outputLimits);
        parameters.put("client-query-buffer-limit", options.queryBuffer);
        parameters.put("tracking-table-max-keys", String.valueOf(options.trackingKeys));
        parameters.put("notify-keyspace-events", options.notifications);
        parameters.put("slowlog-log-slower-than", String.valueOf(options.slowlogMicros));
        parameters.put("slowlog-max-len", String.valueOf(options.slowlogLength));
        parameters.put("acllog-max-len", String.valueOf(options.aclLogLength));
        parameters.put("latency-monitor-threshold", String.valueOf(options.latencyMillis));
        return parameters;
    }

    /**
     * Opens the store.
     *
     * @param listener hears of entries that the store removes by itself
     */
    public Store openStore(RemovalListener listener) throws IOException {
        StoreOptions store = StoreOptions.maxMemory(regionBytes())
                .eviction(eviction)
                .maxValueSize(Math.min(maxValueSize, largest()))
                .populateInBackground(true)
                .removalListener(listener);
        if (shmFile != null) {
            store.file(shmFile).permissions(permissions(options.shmMode));
        }
        L2Options link = nearCache.link();
        if (link != null) {
            store.stamped(L2.slots(link));
        }
        return Store.open(store);
    }

    /** All files together have the size that was asked for: it may be all that a tmpfs has. */
    private long regionBytes() {
        return shmFile == null ? maxMemory : maxMemory - StoreOptions.HITS_BYTES;
    }

    /** The largest value that the store allows: an eighth of its whole pages. */
    private long largest() {
        return (regionBytes() & -4096L) / 8;
    }
}
