package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.Certificates;
import io.cachee.testkit.RedisServerOptions;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A secret is used in every way that there is, and in every wrong way, and then looked for in everything that a sidecar
 * shows: replies to others, logs, pages, the list of processes, and what it writes when it crashes.
 */
final class SecretsTest {
    private static final String SECRET = "hunter2-geheim-4711";
    private static final String IN_HEXADECIMAL = HexFormat.of().formatHex(SECRET.getBytes(UTF_8));

    /** Each is sent by a client of its own that has logged in. */
    private static final List<String> USES = List.of(
            "AUTH " + SECRET,
            "AUTH default " + SECRET,
            "AUTH app " + SECRET,
            "AUTH nobody " + SECRET,
            "AUTH " + SECRET + " default",
            "AUTH " + SECRET + " too many",
            "AUTH app wrong" + SECRET,
            "HELLO 3 AUTH default " + SECRET,
            "HELLO 3 AUTH default " + SECRET + " SETNAME x",
            "HELLO 3 AUTH default " + SECRET + " " + SECRET,
            "HELLO 3 AUTH app wrong" + SECRET,
            "CONFIG SET requirepass " + SECRET,
            "CONFIG SET timeout 0 requirepass " + SECRET,
            "CONFIG SET timeout x requirepass " + SECRET,
            "CONFIG SET masterauth " + SECRET,
            "ACL SETUSER other on >" + SECRET,
            "ACL SETUSER other <wrong" + SECRET,
            "ACL SETUSER other #" + SECRET,
            "ACL SETUSER other !" + SECRET,
            "ACL SETUSER other " + SECRET,
            "ACL SETUSER other (+get " + SECRET + ")",
            "ACL DRYRUN default AUTH " + SECRET,
            "MULTI;AUTH " + SECRET + ";EXEC",
            "MULTI;ACL SETUSER other >" + SECRET + ";EXEC",
            "SUBSCRIBE x;AUTH " + SECRET,
            "MIGRATE 127.0.0.1 1 key 0 1 AUTH " + SECRET,
            "MIGRATE 127.0.0.1 1 key 0 1 AUTH2 user " + SECRET);

    /** Before an L2, MONITOR is L2's, and Redis shows this. */
    private static final String NOT_HIDDEN_BY_L2 = "COMMAND GETKEYS MIGRATE 127.0.0.1 1 key 0 1 AUTH " + SECRET;

    /** As above; Redis's own reply repeats what was sent. */
    private static final List<String> MISSPELT =
            List.of("AUHT " + SECRET, "AUTHX default " + SECRET, "ACL SETUSR other >" + SECRET);

    private static final List<String> QUESTIONS = List.of(
            "CONFIG GET *",
            "INFO everything",
            "CLIENT LIST",
            "CLIENT INFO",
            "SLOWLOG GET 999",
            "ACL LIST",
            "ACL LOG 999",
            "ACL GETUSER default",
            "ACL GETUSER other",
            "COMMAND LIST",
            "LATENCY DOCTOR",
            "HOTKEYS");

    @TempDir
    private Path directory = Path.of("");

    private final List<String> seen = new ArrayList<>();

    private Path secretFile(String name, String content) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private void use(SidecarProcess sidecar, String uses, boolean isReplyShown) throws IOException {
        try (RespClient client = sidecar.connect()) {
            assertThat(client.call("AUTH", SECRET)).hasToString("+OK");
            for (String line : uses.split(";", -1)) {
                String reply = client.ask(line).toString();
                seen.add(isReplyShown ? reply : "");
            }
        }
    }

    /** A client that forgets that the port speaks TLS. */
    private static void forgetTls(int port, String request) throws IOException {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.getOutputStream().write(request.getBytes(UTF_8));
            plain.getInputStream().readAllBytes();
        }
    }

    private void watch(RespClient monitor, SidecarProcess sidecar) throws Exception {
        try (RespClient last = sidecar.connect()) {
            last.call("AUTH", SECRET);
            last.call("GET", "last");
        }
        String line;
        do {
            line = monitor.message().toString();
            seen.add(line);
        } while (!line.contains("\"last\""));
    }

    private void gather(SidecarProcess sidecar) throws Exception {
        try (RespClient admin = sidecar.connect()) {
            admin.call("AUTH", SECRET);
            for (String question : QUESTIONS) {
                seen.add(admin.ask(question).toString());
            }
        }
        seen.add(sidecar.get("/metrics").body());
        seen.add(sidecar.get("/health").body());
        Path process = Path.of("/proc", String.valueOf(sidecar.pid()));
        seen.add(Files.readString(process.resolve("cmdline")));
        seen.add(Files.readString(process.resolve("environ")));
    }

    private void expectNothing() {
        for (String text : seen) {
            assertThat(text.toLowerCase(Locale.ROOT)).doesNotContain(SECRET, IN_HEXADECIMAL);
        }
    }

    private void tryAll(boolean hasL2, List<String> more) throws Exception {
        Certificates certificates = new Certificates(directory);
        certificates.make("server");
        int tlsPort;
        try (ServerSocket free = new ServerSocket(0)) {
            tlsPort = free.getLocalPort();
        }
        Path crash = directory.resolve("crash.log");
        List<String> flags = new ArrayList<>(List.of(
                "--requirepass-file=" + secretFile("password", SECRET),
                "--users-file=" + secretFile("users", "user app on >" + SECRET + " +@all ~*"),
                "--slowlog-log-slower-than=0",
                "--slowlog-max-len=999",
                "--tls-port=" + tlsPort,
                "--tls-cert=" + certificates.certificate("server"),
                "--tls-key=" + certificates.key("server")));
        flags.addAll(more);
        Map<String, String> environment =
                Map.of("JDK_JAVA_OPTIONS", "-XX:ErrorFile=" + crash + " -XX:-CreateCoredumpOnCrash");
        try (SidecarProcess sidecar = SidecarProcess.launch(directory, environment, flags.toArray(String[]::new))
                        .awaitReady();
                RespClient monitor = sidecar.connect()) {
            monitor.call("AUTH", SECRET);
            assertThat(monitor.call("MONITOR")).hasToString("+OK");
            for (String uses : USES) {
                use(sidecar, uses, true);
            }
            if (!hasL2) {
                use(sidecar, NOT_HIDDEN_BY_L2, true);
            }
            for (String uses : MISSPELT) {
                use(sidecar, uses, false);
            }
            forgetTls(tlsPort, "AUTH " + SECRET + "\r\n");
            forgetTls(tlsPort, "*2\r\n$4\r\nAUTH\r\n$" + SECRET.length() + "\r\n" + SECRET + "\r\n");
            Await.until("it is logged", () -> sidecar.log().contains("does not speak TLS"));
            watch(monitor, sidecar);
            gather(sidecar);
            new ProcessBuilder("kill", "-SEGV", String.valueOf(sidecar.pid()))
                    .start()
                    .waitFor();
            sidecar.exitCode();
            seen.add(sidecar.log());
            assertThat(crash).exists();
            seen.add(Files.readString(crash));
        }
        assertThat(seen).anyMatch(text -> text.contains("cachee_hits_total"));
        assertThat(seen).anyMatch(text -> text.contains("(redacted)"));
        expectNothing();
    }

    @Test
    void nothingShowsASecret() throws Exception {
        tryAll(false, List.of());
    }

    @Test
    void nothingShowsASecretBeforeAnL2() throws Exception {
        try (RedisServerProcess redis =
                RedisServerProcess.start(RedisServerOptions.defaults().password(SECRET))) {
            tryAll(
                    true,
                    List.of(
                            "--l2=redis://127.0.0.1:" + redis.port(),
                            "--l2-password-file=" + secretFile("l2-password", SECRET)));
        }
    }
}
