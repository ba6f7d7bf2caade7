package io.cachee.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.l2.L2Options;
import io.cachee.server.cli.StartCommand;
import io.cachee.server.engine.RemovedKeys;
import io.cachee.store.Eviction;
import io.cachee.store.Store;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final String SECRET = "geheim-4711";

    @TempDir
    private Path directory = Path.of("");

    private Container container = new Container(directory);

    @BeforeEach
    void aContainerOfAGigabyte() throws IOException {
        Files.createDirectories(directory.resolve("root/sys/fs/cgroup"));
        Files.writeString(directory.resolve("root/sys/fs/cgroup/memory.max"), String.valueOf(1L << 30));
        container = new Container(directory.resolve("root"));
    }

    private Settings settings(String... arguments) throws IOException {
        return settings(Map.of(), arguments);
    }

    private Settings settings(Map<String, String> environment, String... arguments) throws IOException {
        return Settings.of(new FlagValues(StartOptions.FLAGS, Set.of(), List.of(arguments), environment), container);
    }

    private void refuses(String expected, String... arguments) {
        assertThatThrownBy(() -> settings(arguments))
                .isInstanceOfAny(IllegalArgumentException.class, IOException.class)
                .hasMessageContaining(expected)
                .message()
                .doesNotContain(SECRET);
    }

    private String secretFile(String name, String content, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file.toString();
    }

    // ---------------------------------------------------------------- each flag

    /** A value for each flag that is neither its default nor refused, and, where that matters, what it needs. */
    private Map<String, List<String>> examples() throws IOException {
        Map<String, List<String>> examples = new LinkedHashMap<>();
        examples.put("port", List.of("7000"));
        examples.put("bind", List.of("127.0.0.2,::1"));
        examples.put("socket", List.of(directory.resolve("s").toString()));
        examples.put("socket-perm", List.of("600"));
        examples.put("protected-mode", List.of("no"));
        examples.put("io-threads", List.of("3"));
        examples.put("busy-poll-micros", List.of("75"));
        examples.put("transport", List.of("nio"));
        examples.put("health-port", List.of("7001"));
        examples.put("metrics-port", List.of("7002"));
        examples.put("admin-bind", List.of("127.0.0.1"));
        examples.put("max-memory", List.of("64mb"));
        examples.put("eviction", List.of("lru"));
        examples.put("max-value-size", List.of("1mb"));
        examples.put("shm", List.of(directory.resolve("shm").toString()));
        examples.put("shm-perm", List.of("640"));
        examples.put("databases", List.of("4"));
        examples.put("requirepass", List.of(SECRET));
        examples.put("requirepass-file", List.of(secretFile("password", SECRET + "\n", "rw-------")));
        examples.put("users-file", List.of(secretFile("users", "user a on >b ~* +@all\n", "rw-r-----")));
        examples.put("allow-flush", List.of("no"));
        examples.put("tls-port", List.of("7003", "tls-cert", "/c", "tls-key", "/k"));
        examples.put("tls-cert", List.of("/c", "tls-port", "7003", "tls-key", "/k"));
        examples.put("tls-key", List.of("/k", "tls-port", "7003", "tls-cert", "/c"));
        examples.put("tls-ca", List.of("/a", "tls-port", "7003", "tls-cert", "/c", "tls-key", "/k"));
        examples.put("maxclients", List.of("5"));
        examples.put("timeout", List.of("6"));
        examples.put("l2-admin", List.of("yes", "l2", "redis://somewhere"));
        examples.put("client-output-buffer-limit", List.of("normal 8mb 4mb 10"));
        examples.put("client-query-buffer-limit", List.of("2mb"));
        examples.put("client-buffers-total", List.of("2mb"));
        examples.put("tracking-table-max-keys", List.of("7"));
        examples.put("shutdown-grace", List.of("8"));
        examples.put("notify-keyspace-events", List.of("Kex"));
        examples.put("slowlog-log-slower-than", List.of("-1"));
        examples.put("slowlog-max-len", List.of("9"));
        examples.put("acllog-max-len", List.of("9"));
        examples.put("latency-monitor-threshold", List.of("11"));
        examples.put("resp-compat", List.of("yes"));
        addExamplesOfL2(examples);
        return examples;
    }

    private void addExamplesOfL2(Map<String, List<String>> examples) throws IOException {
        String uri = "redis://somewhere:7004/3";
        examples.put("l2", List.of(uri));
        examples.put("l2-password-file", List.of(secretFile("l2", SECRET + "\n", "rw-------"), "l2", uri));
        examples.put("l2-read-from", List.of("replica", "l2", uri));
        examples.put("l2-track-prefixes", List.of("user:,page:", "l2", uri));
        examples.put("l2-tls-ca", List.of("/a", "l2", "rediss://somewhere"));
        examples.put("l2-tls-cert", List.of("/c", "l2", "rediss://somewhere", "l2-tls-key", "/k"));
        examples.put("l2-tls-key", List.of("/k", "l2", "rediss://somewhere", "l2-tls-cert", "/c"));
        examples.put("l2-connect-timeout", List.of("12", "l2", uri));
        examples.put("l2-timeout", List.of("13", "l2", uri));
        examples.put("l2-silence", List.of("14", "l2", uri));
        examples.put("l2-max-pending", List.of("15", "l2", uri));
        examples.put("l2-max-loads", List.of("16", "l2", uri));
        examples.put("l2-max-reply", List.of("2mb", "l2", uri));
        examples.put("prewarm-source", List.of("off"));
        examples.put("prewarm-keys", List.of("17"));
        examples.put("prewarm-timeout", List.of("18ms"));
        examples.put("ready-timeout", List.of("18ms"));
        examples.put("ready-hit-rate", List.of("70"));
        examples.put("app", List.of("shop"));
        examples.put("l2-needed-for-ready", List.of("yes", "l2", uri));
    }

    /** What the flags come to without the first of them, or with none where the others need it. */
    private String outcomeWithout(String[] joined) throws IOException {
        try {
            return outcome(settings(Arrays.copyOfRange(joined, 1, joined.length)));
        } catch (IllegalArgumentException needed) {
            return outcome(settings());
        }
    }

    /** All that the flags about L2 can change; the options' own text keeps passwords to itself. */
    private static String outcomeOfLink(NearCacheOptions options) {
        L2Options link = options.link();
        if (link == null) {
            return "";
        }
        List<Object> all = new ArrayList<>(List.of(link.uri(), link.readFromReplicas(), link.trackedPrefixes()));
        all.addAll(Arrays.asList(link.password(), link.authorities(), link.certificate(), link.key()));
        all.addAll(List.of(link.connectMillis(), link.deadlineMillis(), link.silenceMillis(), link.mostRequests()));
        all.add(link.mostReplyBytes());
        return all.toString();
    }

    /** What a flag came to, as text. */
    private static String outcome(Settings settings) {
        StartOptions o = settings.options();
        NearCacheOptions t = settings.nearCache();
        return List.of(
                        o.port,
                        o.bind,
                        o.socket,
                        o.socketMode,
                        o.protectedMode,
                        settings.ioThreads(),
                        settings.busyPollMicros(),
                        o.transport,
                        o.healthPort,
                        o.metricsPort,
                        o.adminBind,
                        settings.maxMemory(),
                        settings.eviction(),
                        settings.maxValueSize(),
                        String.valueOf(settings.shmFile()),
                        o.shmMode,
                        o.databases,
                        settings.password(),
                        settings.users(),
                        o.allowFlush,
                        o.tlsPort,
                        String.valueOf(o.tlsCertificate),
                        String.valueOf(o.tlsKey),
                        String.valueOf(o.tlsAuthorities),
                        o.maxClients,
                        o.timeoutSeconds,
                        o.outputLimits,
                        o.queryBuffer,
                        o.buffersTotal,
                        o.trackingKeys,
                        o.graceSeconds,
                        o.notifications,
                        o.slowlogMicros,
                        o.slowlogLength,
                        o.aclLogLength,
                        o.latencyMillis,
                        outcomeOfLink(t),
                        t.database(),
                        t.mostLoads,
                        t.mayAdminister,
                        t.neededForReady,
                        t.prewarmSource,
                        t.prewarmKeys,
                        t.prewarmMillis,
                        t.readyHitRate,
                        t.readyMillis,
                        t.application)
                .toString();
    }

    @Test
    void everyFlagMeansTheSameOnTheCommandLineInTheEnvironmentAndInTheFile() throws IOException {
        Map<String, List<String>> examples = examples();
        for (Flag flag : StartOptions.FLAGS) {
            if (flag.name().equals("config")) {
                continue;
            }
            List<String> words = examples.getOrDefault(flag.name(), List.of());
            assertThat(words).as("an example of --%s", flag.name()).isNotEmpty();
            String[] joined = new String[(words.size() + 1) / 2];
            String[] apart = new String[words.size() + 1];
            Map<String, String> environment = new LinkedHashMap<>();
            StringBuilder yaml = new StringBuilder();
            for (int i = 0; i < joined.length; i++) {
                String name = i == 0 ? flag.name() : words.get(2 * i - 1);
                String value = words.get(2 * i);
                joined[i] = "--" + name + "=" + value;
                apart[2 * i] = "--" + name;
                apart[2 * i + 1] = value;
                environment.put("CACHEE_" + name.replace('-', '_').toUpperCase(java.util.Locale.ROOT), value);
                yaml.append(name).append(": '").append(value).append("'\n");
            }
            String config = secretFile("cachee.yaml", yaml.toString(), "rw-------");
            String expected = outcome(settings(joined));
            if (!flag.name().equals("resp-compat")) {
                assertThat(expected).as("--%s", flag.name()).isNotEqualTo(outcomeWithout(joined));
            }
            assertThat(outcome(settings(apart))).isEqualTo(expected);
            assertThat(outcome(settings(environment))).isEqualTo(expected);
            assertThat(outcome(settings("--config=" + config))).isEqualTo(expected);
        }
    }

    @Test
    void theDefaultsAreThoseOfTheDesign() {
        Map<String, String> defaults = new LinkedHashMap<>();
        StartOptions.FLAGS.forEach(flag -> defaults.put(flag.name(), flag.otherwise()));
        assertThat(defaults)
                .containsEntry("port", "6380")
                .containsEntry("bind", "*")
                .containsEntry("socket", "")
                .containsEntry("socket-perm", "660")
                .containsEntry("shm", "")
                .containsEntry("max-memory", "256mb")
                .containsEntry("eviction", "cachee-lfu")
                .containsEntry("max-value-size", "")
                .containsEntry("resp-compat", "true")
                .containsEntry("requirepass", "")
                .containsEntry("requirepass-file", "")
                .containsEntry("users-file", "")
                .containsEntry("tls-port", "0")
                .containsKeys("tls-cert", "tls-key", "tls-ca")
                .containsEntry("maxclients", "10000")
                .containsEntry("timeout", "0")
                .containsKeys("client-output-buffer-limit", "client-query-buffer-limit", "allow-flush")
                .containsEntry("health-port", "6381")
                .containsEntry("metrics-port", "9090")
                .containsKey("config");
        assertThat(new HashSet<>(defaults.keySet())).hasSameSizeAs(StartOptions.FLAGS);
    }

    @Test
    void nothingButDefaultsWorks() throws IOException {
        Settings settings = settings();
        assertThat(settings.maxMemory()).isEqualTo(256L << 20);
        assertThat(settings.maxValueSize()).isEqualTo(32L << 20);
        assertThat(settings.eviction()).isEqualTo(Eviction.CACHEE_LFU);
        assertThat(settings.shmFile()).isNull();
        assertThat(settings.ioThreads()).isBetween(1, 4);
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void theUsualCommandLineWorks() throws IOException {
        Settings settings = settings(
                "--port=6380",
                "--max-memory=256mb",
                "--eviction=cachee-lfu",
                "--resp-compat=true",
                "--socket=/var/run/cachee/cachee.sock");
        assertThat(settings.options().socket).isEqualTo("/var/run/cachee/cachee.sock");
        assertThat(settings("--eviction", "allkeys-lru").eviction()).isEqualTo(Eviction.LRU);
        assertThat(settings("--eviction=allkeys-lfu").eviction()).isEqualTo(Eviction.CACHEE_LFU);
    }

    @Test
    void theHelpListsEveryFlag() {
        StringWriter out = new StringWriter();
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        assertThat(StartCommand.run(List.of("--help"), Map.of(), new PrintWriter(out), nowhere))
                .isZero();
        StartOptions.FLAGS.forEach(flag -> assertThat(out.toString()).contains("  --" + flag.name()));
    }

    @Test
    void aWrongFlagIsExplainedAndGivesExitCode2() {
        StringWriter err = new StringWriter();
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        assertThat(StartCommand.run(List.of("--prot=1"), Map.of(), nowhere, new PrintWriter(err)))
                .isEqualTo(2);
        assertThat(err.toString()).contains("cachee: unknown flag '--prot'; did you mean --port?", "start --help");
    }

    // ---------------------------------------------------------------- memory

    @Test
    void takesAShareOfTheContainersLimit() throws IOException {
        assertThat(settings("--max-memory=60%").maxMemory()).isEqualTo((1L << 30) / 100 * 60);
    }

    @Test
    void takesWhatTheContainersLimitLeaves() throws IOException {
        assertThat(settings("--max-memory=auto").maxMemory()).isEqualTo(682L << 20);
        limit(192L << 20);
        assertThat(settings("--max-memory=auto").maxMemory()).isEqualTo(128L << 20);
        limit(100L << 20);
        assertThat(settings("--max-memory=auto").maxMemory()).isEqualTo(36L << 20);
        limit(64L << 20);
        refuses("--max-memory: 'auto': 64.0 MiB leave no memory for a store", "--max-memory=auto");
    }

    @Test
    void acceptsAContainerOfHalfAsMuchAgainAsTheStore() throws IOException {
        for (long megabytes : List.of(128L, 256L, 1_024L)) {
            limit((megabytes << 20) / 2 * 3);
            assertThat(settings("--max-memory=" + megabytes + "mb").warnings()).isEmpty();
        }
    }

    @Test
    void warnsOfASmallContainerBeforeAnL2() throws IOException {
        limit(192L << 20);
        assertThat(settings("--max-memory=128mb", "--l2=redis://a").warnings())
                .singleElement()
                .asString()
                .contains("64.0 MiB beside the store", "80.0 MiB");
        limit(208L << 20);
        assertThat(settings("--max-memory=128mb", "--l2=redis://a").warnings()).isEmpty();
    }

    @Test
    void theFilesOfASharedStoreHaveItsSizeTogether() throws IOException {
        Path shm = Files.createDirectory(directory.resolve("shm"));
        Settings settings = settings("--max-memory=4mb", "--shm=" + shm);
        try (Store store = settings.openStore(new RemovedKeys())) {
            long sum = 0;
            try (Stream<Path> files = Files.list(shm)) {
                for (Path file : files.toList()) {
                    sum += Files.size(file);
                }
            }
            assertThat(sum).isEqualTo(4L << 20);
            assertThat(store.maxValueSize()).isPositive();
        }
    }

    @Test
    void neverAcceptsMoreClientsThanThereIsMemoryFor() throws IOException {
        limit(192L << 20);
        Settings settings = settings("--max-memory=128mb", "--maxclients=9999");
        int most = settings.memory().mostClients();
        assertThat(settings.parameters()).containsEntry("maxclients", String.valueOf(most));
        assertThat(settings.warnings())
                .containsExactly(
                        "--maxclients: the memory beside the store is enough for " + most + " clients, not for 9999");
    }

    private void limit(long bytes) throws IOException {
        Files.writeString(directory.resolve("root/sys/fs/cgroup/memory.max"), String.valueOf(bytes));
    }

    @Test
    void neverLooksForWorkWithTimeThatIsLimited() throws IOException {
        assertThat(settings().busyPollMicros()).isPositive();
        Files.writeString(directory.resolve("root/sys/fs/cgroup/cpu.max"), "200000 100000\n");
        assertThat(settings().busyPollMicros()).isZero();
    }

    @Test
    void refusesWhatDoesNotFitWithTheArithmetic() {
        refuses(
                "--max-memory: 1000.0 MiB for the store and 64.0 MiB for the process make 1.04 GiB, but the"
                        + " container's limit is 1.00 GiB; allow more, or lower --max-memory to 960mb at most",
                "--max-memory=1000mb");
        refuses("--max-memory", "--max-memory=100%");
        refuses("'5tb' is no size", "--max-memory=5tb");
        refuses("--max-memory", "--max-memory=0");
        refuses("--max-memory", "--max-memory=1kb");
        refuses("--max-memory", "--max-memory=999999999999999gb");
    }

    @Test
    void saysSoWhenTheMachineItselfIsTooSmall() throws IOException {
        Files.delete(directory.resolve("root/sys/fs/cgroup/memory.max"));
        Files.createDirectories(directory.resolve("root/proc"));
        Files.writeString(directory.resolve("root/proc/meminfo"), "MemTotal: 184320 kB\n");
        refuses("but this machine has 180.0 MiB", "--max-memory=128mb");
    }

    @Test
    void refusesValuesLargerThanAnEighthOfTheStore() throws IOException {
        refuses("--max-value-size: 33.0 MiB is more than an eighth of the store, 32.0 MiB", "--max-value-size=33mb");
        refuses("--max-value-size: 'much' is no size", "--max-value-size=much");
        assertThat(settings("--max-value-size=32mb").maxValueSize()).isEqualTo(32L << 20);
    }

    // ---------------------------------------------------------------- contradictions

    @Test
    void refusesContradictions() throws IOException {
        refuses("leaves clients no way in", "--port=0");
        refuses("port 7000 is given twice", "--port=7000", "--health-port=7000");
        refuses("port 7000 is given twice", "--tls-port=7000", "--metrics-port=7000", "--tls-cert=c", "--tls-key=k");
        assertThat(settings("--health-port=7000", "--metrics-port=7000").options().metricsPort)
                .isEqualTo(7000);
        assertThat(settings("--port=0", "--socket=/tmp/s").options().port).isZero();
        refuses("--tls-port needs --tls-cert and --tls-key", "--tls-port=7000", "--tls-cert=c");
        refuses("need --tls-port", "--tls-ca=c");
        refuses("--resp-compat=false", "--resp-compat=false");
        refuses("--resp-compat=false", "--resp-compat", "no");
        refuses("keep one", "--requirepass=" + SECRET, "--requirepass-file=/nowhere");
        refuses("--bind is empty", "--bind=");
        refuses("--bind: 'no such host' is no address", "--bind=127.0.0.1,no such host");
        refuses("--admin-bind is empty", "--admin-bind=");
    }

    @Test
    void refusesValuesOutOfRange() {
        refuses("--port: 65536 is outside 0..65535", "--port=65536");
        refuses("--port: '-1x' is no whole number", "--port=-1x");
        refuses("--databases: 17 is outside 1..16", "--databases=17");
        refuses("--maxclients: 0 is outside", "--maxclients=0");
        refuses("--io-threads: 65 is outside", "--io-threads=65");
        refuses("unknown eviction policy 'best'", "--eviction=best");
        refuses("--socket-perm: '999' is no mode", "--socket-perm=999");
        refuses("--shm-perm: 'rw' is no mode", "--shm-perm=rw");
        refuses("--l2-read-from: 'both' is neither primary nor replica", "--l2=redis://a", "--l2-read-from=both");
        refuses("--l2-max-reply: '1kb' is not between 1.0 MiB and 512.0 MiB", "--l2=redis://a", "--l2-max-reply=1kb");
        refuses("--l2-timeout is about L2, and there is no --l2", "--l2-timeout=5");
        refuses("--l2-password-file is about L2, and there is no --l2", "--l2-password-file=/x");
        refuses(
                "--l2: a URI begins with its scheme: redis://HOST:PORT, such as redis://localhost:6379",
                "--l2=localhost:6379");
        refuses("--l2: the scheme 'http' is none of redis", "--l2=http://localhost:6379");
        refuses("a certificate needs its key", "--l2=rediss://a", "--l2-tls-cert=/c");
        refuses("--prewarm-source: 'disk' is neither l2 nor off", "--prewarm-source=disk");
        refuses("--prewarm-timeout: 'soon' is not a time", "--prewarm-timeout=soon");
        refuses("--app: 'a b' is not a name", "--app=a b");
    }

    // ---------------------------------------------------------------- secrets

    @Test
    void listensAtAllAddressesUnlessSomeAreGiven() throws IOException {
        assertThat(settings().options().bind).containsExactly("*");
        assertThat(settings().options().protectedMode).isTrue();
        assertThat(settings("--bind=127.0.0.1,0.0.0.0").options().bind).containsExactly("127.0.0.1", "0.0.0.0");
        refuses("--bind: 'nowhere.invalid' is no address of this machine", "--bind=nowhere.invalid");
    }

    @Test
    void aPasswordAndALineOfTheDefaultUserContradictEachOther() throws IOException {
        String both = secretFile("both", "user default on >" + SECRET + " ~* +@all\n", "rw-------");
        refuses("contradict each other", "--requirepass=" + SECRET, "--users-file=" + both);
    }

    @Test
    void refusesSecretsThatEverybodyMayRead() throws IOException {
        for (String mode : List.of("rw-r--r--", "rw-----w-")) {
            String password = secretFile("password", SECRET, mode);
            refuses("everybody may read or write it", "--requirepass-file=" + password);
            String users = secretFile("users", "user default on >" + SECRET + "\n", mode);
            refuses("everybody may read or write it", "--users-file=" + users);
            String config = secretFile("config", "requirepass: " + SECRET + "\n", mode);
            refuses("everybody may read or write it", "--config=" + config);
        }
        String config = secretFile("config", "requirepass: 12345678\n", "rw-r-----");
        assertThat(settings("--config=" + config).password()).isEqualTo("12345678");
        assertThat(settings("--config=" + config).warnings()).isEmpty();
    }

    @Test
    void refusesSecretFilesThatAreAbsentEmptyOrTooLarge() throws IOException {
        refuses("there is no such file", "--requirepass-file=" + directory.resolve("absent"));
        refuses("not a regular file", "--users-file=" + directory);
        refuses("its first line is empty", "--requirepass-file=" + secretFile("e", "\n" + SECRET, "rw-------"));
        refuses(
                "larger than 65536 bytes",
                "--requirepass-file=" + secretFile("large", SECRET.repeat(10_000), "rw-------"));
        String two = secretFile("two", SECRET + "\r\nremark\n", "rw-------");
        assertThat(settings("--requirepass-file=" + two).password()).isEqualTo(SECRET);
    }

    @Test
    void warnsOfAPasswordThatEverybodyCanSee() throws IOException {
        assertThat(settings("--requirepass=" + SECRET).warnings())
                .singleElement()
                .asString()
                .contains("--requirepass-file")
                .doesNotContain(SECRET);
    }

    @Test
    void publishesTheStoreInAFolderOrAFile() throws IOException {
        assertThat(settings("--shm=" + directory).shmFile()).isEqualTo(directory.resolve("cachee.shm"));
        assertThat(settings("--shm=" + directory.resolve("mine")).shmFile()).isEqualTo(directory.resolve("mine"));
    }

    @Test
    void readsModes() {
        assertThat(PosixFilePermissions.toString(Settings.permissions("660"))).isEqualTo("rw-rw----");
        assertThat(PosixFilePermissions.toString(Settings.permissions("0751"))).isEqualTo("rwxr-x--x");
    }
}
