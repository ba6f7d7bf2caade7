package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.cachee.server.cli.StartCommand;
import io.cachee.server.config.Settings;
import io.cachee.testkit.Certificates;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Each file that a flag names may be something else than a file. To open a FIFO may block for ever. */
final class PathKindsTest {
    private static final Duration NOT_FOR_EVER = Duration.ofSeconds(30);
    private static final List<String> FLAGS = List.of(
            "config",
            "requirepass-file",
            "users-file",
            "tls-cert",
            "tls-key",
            "tls-ca",
            "l2-password-file",
            "l2-tls-ca",
            "l2-tls-cert",
            "l2-tls-key",
            "shm",
            "socket");

    @TempDir
    private static Path shared = Path.of("");

    private static Certificates certificates = new Certificates(Path.of(""));

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(shared);
        certificates.make("server");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @TestFactory
    List<DynamicTest> whatIsNoFileIsRefusedAtOnceAndLeftAlone() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String flag : FLAGS) {
            tests.add(DynamicTest.dynamicTest("--" + flag + " is a FIFO", () -> {
                Path fifo = folder.resolve(flag + ".fifo");
                run("mkfifo", fifo.toString());
                refuses(flag, fifo);
                assertThat(Files.readAttributes(fifo, "unix:mode", LinkOption.NOFOLLOW_LINKS))
                        .hasValueSatisfying(new org.assertj.core.api.Condition<>(
                                mode -> ((int) mode & 0170000) == 0010000, "still a FIFO"));
            }));
            tests.add(DynamicTest.dynamicTest("--" + flag + " is a device", () -> refuses(flag, Path.of("/dev/zero"))));
            if (!flag.equals("shm")) {
                tests.add(DynamicTest.dynamicTest(
                        "--" + flag + " is a folder",
                        () -> refuses(flag, Files.createDirectory(folder.resolve(flag + ".folder")))));
            }
        }
        return tests;
    }

    private void refuses(String flag, Path path) {
        List<String> arguments = new ArrayList<>(List.of(
                "--port=0", "--health-port=0", "--metrics-port=0", "--max-memory=16mb", "--" + flag + "=" + path));
        if (!flag.equals("socket")) {
            arguments.add("--socket=" + folder.resolve("s"));
        }
        if (flag.startsWith("l2-")) {
            arguments.add("--l2=rediss://127.0.0.1:1");
        }
        if (flag.startsWith("tls-")) {
            arguments.add("--tls-port=1");
            addPair(arguments, flag, "tls-cert", "tls-key");
        }
        if (flag.equals("l2-tls-cert") || flag.equals("l2-tls-key")) {
            addPair(arguments, flag, "l2-tls-cert", "l2-tls-key");
        }
        assertTimeoutPreemptively(
                NOT_FOR_EVER,
                () -> assertThatThrownBy(() -> start(arguments))
                        .isInstanceOfAny(IOException.class, IllegalArgumentException.class)
                        .hasMessageContaining(path.toString())
                        .message()
                        .containsAnyOf("not a regular file", "something that is no socket"));
    }

    private static void start(List<String> arguments) throws IOException {
        Settings settings = StartCommand.settings(arguments, Map.of());
        Log nowhere = new Log(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
        new Sidecar(settings, nowhere, System.nanoTime()).close();
    }

    /** Certificate and key belong together: the other one is in order. */
    private static void addPair(List<String> arguments, String flag, String certificate, String key) {
        for (String other : List.of(certificate, key)) {
            if (!other.equals(flag)) {
                Path good = other.endsWith("cert") ? certificates.certificate("server") : certificates.key("server");
                arguments.add("--" + other + "=" + good);
            }
        }
    }

    /** Kubernetes mounts files of secrets and ConfigMaps as links. */
    @Test
    void linksToFilesThatAreReadAreFollowed() throws IOException {
        Path password = Files.writeString(folder.resolve("..data-password"), "hunter2\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("password"), password);
        Path yaml = Files.writeString(folder.resolve("..data-config"), "requirepass-file: " + link + "\n");
        Path config = Files.createSymbolicLink(folder.resolve("config"), yaml);
        assertThat(StartCommand.settings(List.of("--config=" + config), Map.of())
                        .password())
                .isEqualTo("hunter2");
    }
}
