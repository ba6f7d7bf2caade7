package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.store.StoreReader;
import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sidecar as Kubernetes runs it: a process with signals, files and exit codes. */
class SidecarProcessTest {
    @TempDir
    private Path directory = Path.of("");

    private Path socket() {
        return directory.resolve("cachee.sock");
    }

    private Path shm() {
        return directory.resolve("cachee.shm");
    }

    private SidecarProcess startOnPaths(String... more) throws Exception {
        return SidecarProcess.launch(directory, flagsForPaths(more)).awaitReady();
    }

    private String[] flagsForPaths(String... more) {
        return Stream.concat(Stream.of("--socket=" + socket(), "--shm=" + directory), Stream.of(more))
                .toArray(String[]::new);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void opensAllItsDoorsAndSaysSoInOneLine() throws Exception {
        try (SidecarProcess sidecar = startOnPaths("--socket-perm=620", "--shm-perm=640")) {
            assertThat(sidecar.log().lines())
                    .singleElement()
                    .asString()
                    .contains(
                            " INFO cachee ",
                            " ready in ",
                            "tcp *:" + sidecar.port(),
                            "unix " + socket(),
                            "shm " + shm(),
                            "16.0 MiB",
                            "cachee-lfu");
            try (RespClient tcp = sidecar.connect();
                    RespClient unix = RespClient.connect(socket())) {
                assertThat(tcp.call("PING").string()).isEqualTo("PONG");
                assertThat(unix.call("PING").string()).isEqualTo("PONG");
                assertThat(mode(socket())).isEqualTo("rw--w----");
                assertThat(mode(shm())).isEqualTo("rw-r-----");
                assertThat(unix.call("SET", "greeting", "hello").string()).isEqualTo("OK");
                try (StoreReader reader = StoreReader.attach(shm())) {
                    byte[] key = keyInTheFile(reader, "greeting");
                    assertThat(reader.get(key)).isEqualTo("hello".getBytes(UTF_8));
                }
            }
            assertThat(sidecar.isReady()).isTrue();
            sidecar.terminate();
            assertThat(sidecar.exitCode()).isZero();
            assertThat(socket()).doesNotExist();
            assertThat(shm()).doesNotExist();
        }
    }

    /** The first database's keys stand in the file as they are. */
    private static byte[] keyInTheFile(StoreReader reader, String key) {
        assertThat(reader.isAttached()).isTrue();
        return key.getBytes(UTF_8);
    }

    @Test
    void isNotReadyBeforeEnoughReadsAreAnsweredFromTheCache() throws Exception {
        try (SidecarProcess sidecar = startOnPaths("--ready-hit-rate=50", "--ready-timeout=1h");
                RespClient client = sidecar.connect()) {
            assertThat(sidecar.isReady()).isFalse();
            client.call("SET", "k", "v");
            for (int i = 0; i < Readiness.ENOUGH_READS; i++) {
                client.call("GET", "k");
            }
            assertThat(sidecar.isReady()).isTrue();
        }
    }

    @Test
    void answersWhatIsUnderWayWhenItIsTerminatedUnderLoad() throws Exception {
        try (SidecarProcess sidecar = startOnPaths()) {
            AtomicLong answered = new AtomicLong();
            AtomicBoolean readyAtTheEnd = new AtomicBoolean(true);
            AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();
            Thread client = Thread.ofPlatform().start(() -> load(sidecar, answered, readyAtTheEnd, wrong));
            Await.until("requests are answered", () -> answered.get() > 1_000);
            sidecar.terminate();
            assertThat(sidecar.exitCode()).isZero();
            client.join();
            assertThat(wrong.get()).isNull();
            assertThat(readyAtTheEnd).isFalse();
            assertThat(sidecar.log()).contains("stopping: no new clients", "all clients have left");
            assertThat(socket()).doesNotExist();
            assertThat(shm()).doesNotExist();
            assertThatThrownBy(sidecar::connect).isInstanceOf(IOException.class);
        }
    }

    /** Pipelines of a hundred: each is answered in full or not at all. */
    private static void load(
            SidecarProcess sidecar,
            AtomicLong answered,
            AtomicBoolean ready,
            AtomicReference<@Nullable Throwable> wrong) {
        byte[] one = RespClient.encode("SET", "k", "v");
        byte[] batch = new byte[one.length * 100];
        for (int i = 0; i < 100; i++) {
            System.arraycopy(one, 0, batch, i * one.length, one.length);
        }
        int inBatch = 0;
        try (RespClient client = sidecar.connect()) {
            while (true) {
                client.sendRaw(batch);
                for (inBatch = 0; inBatch < 100; inBatch++) {
                    if (!client.reply().string().equals("OK")) {
                        throw new AssertionError("not OK");
                    }
                }
                answered.addAndGet(100);
            }
        } catch (IOException closed) {
            if (inBatch % 100 != 0) {
                wrong.set(new AssertionError("cut off after " + inBatch + " of 100 replies", closed));
            }
            ready.set(isReady(sidecar));
        } catch (Throwable e) {
            wrong.set(e);
        }
    }

    private static boolean isReady(SidecarProcess sidecar) {
        try {
            return sidecar.isReady();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void isNotReadyWhileItsClientsFinish() throws Exception {
        try (SidecarProcess sidecar = startOnPaths();
                RespClient busy = sidecar.connect()) {
            byte[] request = RespClient.encode("SET", "key", "value");
            busy.call("PING");
            busy.sendRaw(java.util.Arrays.copyOf(request, request.length - 5));
            sidecar.terminate();
            Await.until("it is not ready", () -> !sidecar.isReady());
            assertThat(sidecar.isAlive()).isTrue();
            assertThat(sidecar.get("/readyz").statusCode()).isEqualTo(503);
            assertThat(sidecar.get("/livez").statusCode()).isEqualTo(200);
            busy.sendRaw(java.util.Arrays.copyOfRange(request, request.length - 5, request.length));
            assertThat(busy.reply().string()).isEqualTo("OK");
            assertThat(sidecar.exitCode()).isZero();
        }
    }

    @Test
    void aSecondSignalEndsItAtOnce() throws Exception {
        try (SidecarProcess sidecar = startOnPaths("--shutdown-grace=600");
                RespClient busy = sidecar.connect()) {
            busy.call("PING");
            busy.sendRaw("*2\r\n$4\r\nECHO\r\n$5\r\nab");
            sidecar.terminate();
            Await.until("it stops", () -> sidecar.log().contains("stopping: no new clients"));
            assertThat(sidecar.isAlive()).isTrue();
            sidecar.terminate();
            assertThat(sidecar.exitCode()).isEqualTo(143);
        }
    }

    @Test
    void cutsOffClientsWhenTheGraceTimeIsOver() throws Exception {
        try (SidecarProcess sidecar = startOnPaths("--shutdown-grace=0");
                RespClient busy = sidecar.connect()) {
            busy.call("PING");
            busy.sendRaw("*2\r\n$4\r\nECHO\r\n$5\r\nab");
            sidecar.terminate();
            assertThat(sidecar.exitCode()).isZero();
            assertThat(busy.isClosedByServer()).isTrue();
        }
    }

    @Test
    void startsAgainOnThePathsOfOneThatWasKilled() throws Exception {
        try (SidecarProcess first = startOnPaths()) {
            try (RespClient client = first.connect()) {
                client.call("SET", "key", "old");
            }
            first.kill();
            assertThat(first.exitCode()).isEqualTo(137);
            assertThat(socket()).exists();
            assertThat(shm()).exists();
        }
        try (SidecarProcess second = startOnPaths();
                RespClient client = RespClient.connect(socket())) {
            assertThat(client.call("GET", "key").isNull()).isTrue();
            assertThat(client.call("SET", "key", "new").string()).isEqualTo("OK");
            try (StoreReader reader = StoreReader.attach(shm())) {
                assertThat(reader.get("key".getBytes(UTF_8))).isEqualTo("new".getBytes(UTF_8));
            }
            second.terminate();
            assertThat(second.exitCode()).isZero();
        }
    }

    @Test
    void twoCannotShareAFileASocketOrAPort() throws Exception {
        try (SidecarProcess first = startOnPaths()) {
            try (SidecarProcess sameFile = SidecarProcess.launch(directory, "--shm=" + shm())) {
                assertThat(sameFile.exitCode()).isEqualTo(1);
                assertThat(sameFile.log().lines())
                        .singleElement()
                        .asString()
                        .contains("ERROR cannot start: ", shm().toString());
            }
            try (SidecarProcess sameSocket = SidecarProcess.launch(directory, "--socket=" + socket())) {
                assertThat(sameSocket.exitCode()).isEqualTo(1);
                assertThat(sameSocket.log().lines())
                        .singleElement()
                        .asString()
                        .contains("ERROR cannot start: ", socket().toString(), "another process listens there");
            }
            try (SidecarProcess samePort =
                    SidecarProcess.launch(directory, Map.of("CACHEE_TLS_PORT", "0"), "--bind=127.0.0.1,127.0.0.1")) {
                assertThat(samePort.exitCode()).isEqualTo(1);
                assertThat(samePort.log().lines())
                        .singleElement()
                        .asString()
                        .contains(
                                "ERROR cannot start: --port: cannot listen at 127.0.0.1:", ": address already in use");
            }
            try (RespClient client = RespClient.connect(socket());
                    StoreReader reader = StoreReader.attach(shm())) {
                client.call("SET", "key", "value");
                assertThat(reader.get("key".getBytes(UTF_8))).isEqualTo("value".getBytes(UTF_8));
            }
            assertThat(first.isReady()).isTrue();
        }
    }

    @Test
    void shutdownEndsIt() throws Exception {
        try (SidecarProcess sidecar = startOnPaths();
                RespClient client = sidecar.connect()) {
            client.send("SHUTDOWN", "NOSAVE");
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(sidecar.exitCode()).isZero();
            assertThat(socket()).doesNotExist();
            assertThat(shm()).doesNotExist();
        }
    }

    @Test
    void endsWhenItsFileIsCutOffUnderIt() throws Exception {
        try (SidecarProcess sidecar = startOnPaths()) {
            try (RespClient client = sidecar.connect();
                    FileChannel file = FileChannel.open(shm(), StandardOpenOption.WRITE)) {
                client.call("SET", "key", "value");
                file.truncate(4096);
                sendUntilClosed(client);
            }
            assertThat(sidecar.exitCode()).isEqualTo(1);
            assertThat(sidecar.log()).contains(" ERROR the store has failed, ending so that a restart makes a new one");
        }
    }

    private static void sendUntilClosed(RespClient client) {
        try {
            for (int i = 0; i < 100_000; i++) {
                client.call("SET", "key" + i, "value");
            }
        } catch (IOException closed) {
            return;
        }
    }

    @Test
    void wrongParametersGiveExitCode2AndOneLine() throws Exception {
        Path users = Files.writeString(directory.resolve("users"), "user a on >geheim +nosuchcommand\n");
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-------"));
        for (String flag : new String[] {
            "--client-output-buffer-limit=normal 1 2",
            "--client-output-buffer-limit=normal 0 0 0",
            "--client-query-buffer-limit=much",
            "--notify-keyspace-events=?",
            "--users-file=" + users
        }) {
            try (SidecarProcess sidecar = SidecarProcess.launch(directory, flag)) {
                assertThat(sidecar.exitCode()).as(sidecar.log()).isEqualTo(2);
                assertThat(sidecar.log().lines())
                        .singleElement()
                        .asString()
                        .contains("cannot start: --" + flag.substring(2, flag.indexOf('=')))
                        .doesNotContain("geheim");
            }
        }
    }

    @Test
    void saysWhichDirectoryIsMissing() throws Exception {
        Path absent = directory.resolve("absent/there");
        for (String flag : new String[] {"--socket=" + absent, "--shm=" + absent}) {
            try (SidecarProcess sidecar = SidecarProcess.launch(directory, flag)) {
                assertThat(sidecar.exitCode()).isEqualTo(1);
                assertThat(sidecar.log())
                        .contains("cannot start: ", absent.toString())
                        .doesNotContain("\tat ");
            }
        }
    }

    /** As Kubernetes changes a ConfigMap: the file is a link by way of a link that is swapped. */
    @Test
    void takesOverWhatChangesInItsFileOfSettings() throws Exception {
        Files.writeString(Files.createDirectory(directory.resolve("v1")).resolve("c.yaml"), "maxclients: 20\n");
        Files.writeString(Files.createDirectory(directory.resolve("v2")).resolve("c.yaml"), "maxclients: 30\n");
        Path data = Files.createSymbolicLink(directory.resolve("data"), Path.of("v1"));
        Path config = Files.createSymbolicLink(directory.resolve("c.yaml"), Path.of("data/c.yaml"));
        try (SidecarProcess sidecar = SidecarProcess.start(directory, "--config=" + config);
                RespClient client = sidecar.connect()) {
            Path next = Files.createSymbolicLink(directory.resolve("next"), Path.of("v2"));
            Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
            Await.until("the file is reloaded", () -> sidecar.log().contains("was reloaded: maxclients changed"));
            assertThat(client.call("CONFIG", "GET", "maxclients").items().get(1).string())
                    .isEqualTo("30");
            assertThat(sidecar.get("/metrics").body()).contains("cachee_config_reloads_total 1");
        }
    }

    @Test
    void servesWithoutEpollWhenItIsToldTo() throws Exception {
        try (SidecarProcess sidecar = startOnPaths("--transport=nio");
                RespClient tcp = sidecar.connect();
                RespClient unix = RespClient.connect(socket())) {
            assertThat(sidecar.log()).contains(" nio threads");
            assertThat(tcp.call("SET", "k", "v").string()).isEqualTo("OK");
            assertThat(unix.call("GET", "k").string()).isEqualTo("v");
        }
    }
}
