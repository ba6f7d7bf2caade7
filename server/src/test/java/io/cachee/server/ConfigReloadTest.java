package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.admin.SidecarMetrics;
import io.cachee.server.config.FlagValues;
import io.cachee.server.config.Settings;
import io.cachee.server.config.StartOptions;
import io.cachee.server.engine.Parameter;
import io.cachee.server.metrics.MetricWriter;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes in the file of --config, look by look. */
class ConfigReloadTest {
    private static final String SECRET = "geheim-4711";

    @TempDir
    private Path directory = Path.of("");

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Path file = Path.of("");
    private final TestSidecar sidecar = TestSidecar.start();

    ConfigReloadTest() throws IOException {}

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("cachee.yaml");
    }

    @AfterEach
    void close() {
        sidecar.close();
        assertThat(log()).doesNotContain(SECRET);
    }

    private String log() {
        return said.toString(UTF_8);
    }

    private void write(String yaml) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), yaml);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private ConfigReload reload(String yaml, String... arguments) throws IOException {
        return reload(Map.of(), yaml, arguments);
    }

    private ConfigReload reload(Map<String, String> environment, String yaml, String... arguments) throws IOException {
        write(yaml);
        List<String> all = Stream.concat(Stream.of("--config=" + file), Stream.of(arguments))
                .toList();
        Settings settings = Settings.of(new FlagValues(StartOptions.FLAGS, Set.of("keyspaces"), all, environment));
        Parameter.set(sidecar.shared(), settings.parameters());
        if (!settings.password().isEmpty()) {
            Parameter.set(sidecar.shared(), Map.of("requirepass", settings.password()));
        }
        return new ConfigReload(settings, sidecar.shared(), new Log(new PrintStream(said, true, UTF_8)));
    }

    /** Twice, for what has just changed is not used at once. */
    private static void lookTwice(ConfigReload reload) {
        reload.look();
        reload.look();
    }

    private String setting(String name) throws IOException {
        try (RespClient client = sidecar.connect()) {
            return client.call("CONFIG", "GET", name).items().get(1).string();
        }
    }

    private void set(String name, String value) throws IOException {
        try (RespClient client = sidecar.connect()) {
            assertThat(client.call("CONFIG", "SET", name, value).string()).isEqualTo("OK");
        }
    }

    private int metric(String name) {
        MetricWriter out = new MetricWriter(false);
        new SidecarMetrics(sidecar.shared(), out).write();
        return out.finish()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    private int reloads() {
        return metric("cachee_config_reloads_total");
    }

    private int errors() {
        return metric("cachee_config_reload_errors_total");
    }

    @Test
    void whatMayChangeAtRunTimeTakesEffect() throws IOException {
        ConfigReload reload = reload("maxclients: 20\n");
        write("""
            maxclients: 30
            timeout: 7
            notify-keyspace-events: Kx
            client-output-buffer-limit: normal 5mb 2mb 9 pubsub 3mb 1mb 8
            """);
        lookTwice(reload);
        assertThat(setting("maxclients")).isEqualTo("30");
        assertThat(setting("timeout")).isEqualTo("7");
        assertThat(setting("notify-keyspace-events")).isEqualTo("xK");
        assertThat(setting("client-output-buffer-limit")).startsWith("normal 5242880 2097152 9 ");
        assertThat(log().lines())
                .singleElement()
                .asString()
                .contains(" INFO " + file + " was reloaded: ", "maxclients", "timeout");
        assertThat(reloads()).isEqualTo(1);
        write("");
        lookTwice(reload);
        assertThat(Integer.parseInt(setting("maxclients"))).isGreaterThan(30);
        assertThat(reloads()).isEqualTo(2);
        assertThat(errors()).isZero();
    }

    @Test
    void aFileThatIsStillBeingWrittenIsNotUsed() throws IOException {
        ConfigReload reload = reload("maxclients: 20\n");
        reload.look();
        write("maxclients: 3\n");
        reload.look();
        write("maxclients: 30\n");
        reload.look();
        assertThat(setting("maxclients")).isEqualTo("20");
        reload.look();
        assertThat(setting("maxclients")).isEqualTo("30");
    }

    @Test
    void flagsAndEnvironmentStillComeFirst() throws IOException {
        ConfigReload reload = reload(Map.of("CACHEE_TIMEOUT", "5"), "maxclients: 20\n", "--maxclients=10");
        write("maxclients: 30\ntimeout: 7\nslowlog-max-len: 9\n");
        lookTwice(reload);
        assertThat(setting("maxclients")).isEqualTo("10");
        assertThat(setting("timeout")).isEqualTo("5");
        assertThat(setting("slowlog-max-len")).isEqualTo("9");
    }

    @Test
    void whatAClientHasSetStaysUnlessTheFileChangesIt() throws IOException {
        ConfigReload reload = reload("maxclients: 20\ntimeout: 3\n");
        set("maxclients", "25");
        set("timeout", "4");
        write("maxclients: 20\ntimeout: 5\n");
        lookTwice(reload);
        assertThat(setting("maxclients")).isEqualTo("25");
        assertThat(setting("timeout")).isEqualTo("5");
    }

    @Test
    void whatNeedsARestartIsSaidOnce() throws IOException {
        ConfigReload reload = reload("max-memory: 16mb\n");
        write("max-memory: 32mb\nport: 1234\n");
        lookTwice(reload);
        write("max-memory: 32mb\nport: 1234\ntimeout: 5\n");
        lookTwice(reload);
        lookTwice(reload);
        assertThat(log().lines().filter(line -> line.contains("next start")))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).endsWith(" max-memory: takes effect at the next start"),
                        line -> assertThat(line).endsWith(" port: takes effect at the next start"));
        write("max-memory: 16mb\nport: 1234\ntimeout: 5\n");
        lookTwice(reload);
        assertThat(log().lines().filter(line -> line.contains("next start"))).hasSize(2);
    }

    @Test
    void whatIsWrongChangesNothingAndIsSaidAndCountedOnce() throws IOException {
        ConfigReload reload = reload("maxclients: 20\n");
        List<String> wrong = List.of(
                "maxclients: [",
                "maxclients: 30\nno-such-name: 1\n",
                "maxclients: 30\ntimeout: soon\n",
                "maxclients: 30\nnotify-keyspace-events: '?'\n",
                "maxclients: 30\nmax-memory: 5\n",
                "- maxclients\n",
                "[".repeat(200_000));
        for (int i = 0; i < wrong.size(); i++) {
            write(wrong.get(i));
            lookTwice(reload);
            lookTwice(reload);
            assertThat(setting("maxclients")).as(wrong.get(i)).isEqualTo("20");
            assertThat(errors()).as(wrong.get(i)).isEqualTo(i + 1);
            assertThat(log().lines())
                    .as(wrong.get(i))
                    .hasSize(i + 1)
                    .last()
                    .asString()
                    .contains(" WARN ");
        }
        assertThat(log()).contains(file + ": unknown name 'no-such-name'", "--timeout ('timeout' in " + file + ")");
        assertThat(reloads()).isZero();
        write("maxclients: 40\n");
        lookTwice(reload);
        assertThat(setting("maxclients")).isEqualTo("40");
    }

    @Test
    void aFileThatIsGoneLeavesEverythingAsItIs() throws IOException {
        ConfigReload reload = reload("maxclients: 20\n");
        Files.delete(file);
        lookTwice(reload);
        lookTwice(reload);
        assertThat(setting("maxclients")).isEqualTo("20");
        assertThat(log().lines()).singleElement().asString().contains(file + " is gone");
        write("maxclients: 21\n");
        lookTwice(reload);
        assertThat(setting("maxclients")).isEqualTo("21");
        assertThat(errors()).isZero();
    }

    @Test
    void aNewPasswordIsInForceAndNeverTold() throws IOException {
        ConfigReload reload = reload("requirepass: old-" + SECRET + "\n");
        write("requirepass: new-" + SECRET + "\n");
        lookTwice(reload);
        try (RespClient client = sidecar.connect()) {
            assertThat(client.call("AUTH", "old-" + SECRET).type()).isEqualTo('-');
            assertThat(client.call("AUTH", "new-" + SECRET).string()).isEqualTo("OK");
        }
        assertThat(log()).contains("reloaded: requirepass changed");
        Files.writeString(file, SECRET + "\n\t: [" + SECRET);
        lookTwice(reload);
        assertThat(errors()).isEqualTo(1);
    }

    @Test
    void aPasswordDoesNotGoAwayAtRunTime() throws IOException {
        ConfigReload reload = reload("requirepass: " + SECRET + "\n");
        write("");
        lookTwice(reload);
        try (RespClient client = sidecar.connect()) {
            assertThat(client.call("PING").text()).startsWith("NOAUTH");
        }
        assertThat(log()).contains("requirepass: takes effect at the next start");
    }

    @Test
    void aFileOfPasswordsThatComesLaterIsWaitedFor() throws IOException {
        ConfigReload reload = reload("");
        Path password = directory.resolve("password");
        write("requirepass-file: " + password + "\n");
        lookTwice(reload);
        assertThat(log().lines()).singleElement().asString().contains(password + ": there is no such file");
        Files.writeString(password, SECRET + "\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        lookTwice(reload);
        try (RespClient client = sidecar.connect()) {
            assertThat(client.call("AUTH", SECRET).string()).isEqualTo("OK");
        }
        assertThat(log()).doesNotContain("next start");
    }

    @Test
    void aSectionIsCheckedAndTakenOverWithTheRest() throws IOException {
        ConfigReload reload = reload("keyspaces: {}\n", "--l2=redis://somewhere");
        List<Object> taken = new ArrayList<>();
        reload.add(now -> {
            Object section = now.section("keyspaces");
            if (!(section instanceof Map<?, ?> map) || map.containsKey("b")) {
                throw new IllegalArgumentException("keyspaces: b is not wanted");
            }
            return () -> taken.add(map);
        });
        write("maxclients: 30\nkeyspaces: {a: {l1-ttl: 5}}\n");
        lookTwice(reload);
        assertThat(taken).containsExactly(Map.of("a", Map.of("l1-ttl", "5")));
        write("maxclients: 40\nkeyspaces: {b: {l1-ttl: 5}}\n");
        lookTwice(reload);
        assertThat(taken).hasSize(1);
        assertThat(setting("maxclients")).isEqualTo("30");
        assertThat(log()).contains("keyspaces: b is not wanted");
    }

    @Test
    void keyspacesGetTheirNewPoliciesWithTheRestOrNotAtAll() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                TestSidecar before = TestSidecar.before("redis://127.0.0.1:" + redis.port());
                RespClient client = before.connect()) {
            ConfigReload reload = reload("keyspaces: {}\n", "--l2=redis://127.0.0.1:" + redis.port());
            Log log = new Log(new PrintStream(said, true, UTF_8));
            reload.add(new KeyspaceReload(before.proxy().nearCache(), Map.of(), log));
            write("maxclients: 30\nkeyspaces: {gone: {write: invalidate}, kept: {l1-ttl: 5s}}\n");
            lookTwice(reload);
            assertThat(log()).contains("INFO keyspaces: gone, kept changed");
            client.call("SET", "gone:1", "a");
            client.call("SET", "kept:1", "b");
            assertThat(client.call("MGET", "gone:1", "kept:1").items().get(0).isNull())
                    .isTrue();
            assertThat(client.call("GET", "kept:1").string()).isEqualTo("b");
            write("maxclients: 40\nkeyspaces: {gone: {write: sideways}}\n");
            lookTwice(reload);
            assertThat(log()).contains("keyspaces: gone: write: 'sideways' is not one of through, behind, invalidate");
            client.call("SET", "gone:1", "a");
            assertThat(client.call("EXISTS", "gone:1").number()).isZero();
            assertThat(setting("maxclients")).isEqualTo("30");
            write("maxclients: 40\n");
            lookTwice(reload);
            client.call("SET", "gone:1", "a");
            assertThat(client.call("GET", "gone:1").string()).isEqualTo("a");
        }
    }
}
