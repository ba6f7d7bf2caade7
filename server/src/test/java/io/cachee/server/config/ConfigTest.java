package io.cachee.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of the environment and of files, sizes, and secrets. */
final class ConfigTest {
    private static final Set<String> FLAGS = Set.of("max-memory", "port", "bind");

    @TempDir
    private Path folder;

    private LayeredSource read(Map<String, String> environment, String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve("cachee.yaml"), yaml);
        return LayeredSource.read(FLAGS, Set.of("l2"), environment, ConfigFile.read(file));
    }

    @Test
    void theEnvironmentComesBeforeTheFile() throws IOException {
        LayeredSource source =
                read(Map.of("CACHEE_PORT", "1", "PATH", "/bin"), "port: 2\nmax-memory: 1gb\nl2: {a: b}\n");
        assertThat(source.value("port")).isEqualTo("1");
        assertThat(source.value("max-memory")).isEqualTo("1gb");
        assertThat(source.value("bind")).isNull();
        assertThat(source.origin("port")).isEqualTo("CACHEE_PORT in the environment");
        assertThat(source.origin("max-memory")).contains("cachee.yaml");
        assertThat(source.origin("bind")).isEmpty();
    }

    @Test
    void joinsListsAndTakesAnEmptyFile() throws IOException {
        assertThat(read(Map.of(), "bind: [127.0.0.1, '::1']\n").value("bind")).isEqualTo("127.0.0.1,::1");
        assertThat(read(Map.of(), "").value("bind")).isNull();
    }

    @Test
    void refusesUnknownNamesAndSaysWhichAndWhere() {
        assertThatThrownBy(() -> read(Map.of(), "prot: 1\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'prot'")
                .hasMessageContaining("cachee.yaml");
    }

    @Test
    void leavesToKubernetesWhatKubernetesSays() throws IOException {
        Map<String, String> described = Map.of(
                "CACHEE_SERVICE_HOST", "10.0.0.1",
                "CACHEE_SERVICE_PORT", "6380",
                "CACHEE_PORT", "tcp://10.0.0.1:6380",
                "CACHEE_PORT_6380_TCP_ADDR", "10.0.0.1");
        assertThat(read(described, "").value("port")).isNull();
    }

    @Test
    void refusesFilesThatAreNoSettings() {
        for (String wrong : new String[] {"- a\n- b\n", "port: {a: b}\n", "a: [\n", "just text"}) {
            assertThatThrownBy(() -> read(Map.of(), wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> read(Map.of(), "port: 1 #" + "x".repeat(2 << 20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("larger than");
        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("absent")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("absent");
    }

    @Test
    void runsNoCodeThatAFileNames() {
        assertThatThrownBy(() -> read(Map.of(), "port: !!java.net.ServerSocket [1]\n"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesASecretThatEverybodyMayReadAndNeverTellsIt() throws IOException {
        Path secret = Files.writeString(folder.resolve("password"), "hunter2\nsecond line\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(SecretFile.readLine(secret)).isEqualTo("hunter2");
        for (String mode : new String[] {"rw-r--r--", "rw-----w-"}) {
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> SecretFile.readLine(secret))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("password")
                    .hasMessageNotContaining("hunter2");
        }
    }

    @Test
    void refusesASecretThatIsEmptyMissingOrTooLarge() throws IOException {
        Path secret = Files.writeString(folder.resolve("password"), "\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> SecretFile.readLine(secret)).hasMessageContaining("empty");
        Files.writeString(secret, "x".repeat(1 << 17));
        assertThatThrownBy(() -> SecretFile.readLine(secret)).hasMessageContaining("larger than");
        assertThatThrownBy(() -> SecretFile.read(folder.resolve("absent"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> SecretFile.read(folder)).hasMessageContaining("not a regular file");
    }

    @Test
    void readsTheContainersLimitOfBothKinds() throws IOException {
        Container container = new Container(folder);
        assertThat(container.availableMemory()).isZero();
        assertThatThrownBy(() -> MemorySize.parse("60%", container)).hasMessageContaining("could be read");

        Files.createDirectories(folder.resolve("proc"));
        Files.writeString(folder.resolve("proc/meminfo"), "MemTotal:        4194304 kB\nMemFree: 1 kB\n");
        assertThat(container.availableMemory()).isEqualTo(4L << 30);

        Path old = Files.createDirectories(folder.resolve("sys/fs/cgroup/memory"));
        Files.writeString(old.resolve("memory.limit_in_bytes"), "9223372036854771712\n");
        assertThat(container.memoryLimit()).isZero();
        Files.writeString(old.resolve("memory.limit_in_bytes"), String.valueOf(2L << 30));
        assertThat(container.availableMemory()).isEqualTo(2L << 30);

        Files.writeString(folder.resolve("sys/fs/cgroup/memory.max"), "max\n");
        assertThat(container.memoryLimit()).isEqualTo(2L << 30);
        Files.writeString(folder.resolve("sys/fs/cgroup/memory.max"), "1000000000\n");
        assertThat(container.availableMemory()).isEqualTo(1_000_000_000);
        assertThat(MemorySize.parse("60%", container)).isEqualTo(600_000_000);
        assertThat(MemorySize.parse("64mb", container)).isEqualTo(64L << 20);
        for (String wrong : new String[] {"0%", "101%", "1.5%", "-1%"}) {
            assertThatThrownBy(() -> MemorySize.parse(wrong, container))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
