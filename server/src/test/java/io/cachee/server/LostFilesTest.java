package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.store.StoreReader;
import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Unix socket and the shared file are deleted or replaced while the sidecar runs. */
final class LostFilesTest {
    @TempDir
    private Path folder = Path.of("");

    private static boolean answers(Path socket) {
        try (RespClient client = RespClient.connect(socket)) {
            return client.call("PING").string().equals("PONG");
        } catch (java.io.IOException refused) {
            return false;
        }
    }

    private static void awaitNotReady(SidecarProcess sidecar, String why) throws Exception {
        Await.until("it is not ready, because: " + why, () -> {
            var answer = sidecar.get("/readyz");
            return answer.statusCode() == 503 && answer.body().contains(why);
        });
        assertThat(sidecar.get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void aSocketThatWasDeletedIsMadeAnewAndThoseConnectedStay() throws Exception {
        Path socket = folder.resolve("s.sock");
        try (SidecarProcess sidecar = SidecarProcess.start(folder, "--socket=" + socket);
                RespClient connected = RespClient.connect(socket)) {
            for (int i = 0; i < 2; i++) {
                Files.delete(socket);
                Await.until("the socket is there again", () -> answers(socket));
            }
            assertThat(connected.call("PING").string()).isEqualTo("PONG");
            assertThat(sidecar.isReady()).isTrue();
            assertThat(sidecar.log().lines().filter(line -> line.contains(socket + " was gone and was made anew")))
                    .hasSize(2);
            sidecar.terminate();
            assertThat(sidecar.exitCode()).isZero();
            assertThat(socket).doesNotExist();
        }
    }

    @Test
    void aSocketThatWasReplacedIsLeftAloneAndTheSidecarIsNotReady() throws Exception {
        Path socket = folder.resolve("s.sock");
        try (SidecarProcess sidecar = SidecarProcess.start(folder, "--socket=" + socket)) {
            Files.delete(socket);
            try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                other.bind(UnixDomainSocketAddress.of(socket));
                awaitNotReady(sidecar, "another process listens there");
            }
            Await.until("the stale socket is replaced", () -> answers(socket));
            Await.until("it is ready again", sidecar::isReady);
            Files.delete(socket);
            Files.writeString(socket, "precious");
            awaitNotReady(sidecar, "something that is no socket");
            assertThat(socket).hasContent("precious");
            assertThat(sidecar.log().lines().filter(line -> line.contains("no socket")))
                    .hasSize(1);
        }
        assertThat(socket).hasContent("precious");
    }

    @Test
    void aSharedFileThatWasDeletedEndsTheSidecarAndReadersComeToTheNext() throws Exception {
        Path file = folder.resolve("store");
        try (StoreReader reader = lose(file)) {
            try (SidecarProcess next = SidecarProcess.start(folder, "--shm=" + file);
                    RespClient client = next.connect()) {
                client.call("SET", "key", "of the next");
                Await.until("the reader reads the next", () -> {
                    byte[] value = reader.get("key".getBytes(UTF_8));
                    return value != null && new String(value, UTF_8).equals("of the next");
                });
            }
        }
    }

    /** A reader that was attached when its sidecar lost the file and ended. */
    private StoreReader lose(Path file) throws Exception {
        try (SidecarProcess sidecar = SidecarProcess.start(folder, "--shm=" + file)) {
            StoreReader reader = StoreReader.attach(file);
            try (RespClient client = sidecar.connect()) {
                Files.delete(file);
                awaitNotReady(sidecar, file + ": the file was removed");
                client.call("SET", "key", "new");
                assertThat(reader.get("key".getBytes(UTF_8))).isEqualTo("new".getBytes(UTF_8));
            }
            assertThat(sidecar.exitCode()).isEqualTo(1);
            assertThat(sidecar.log()).contains("ending so that a restart makes a new file: " + file);
            return reader;
        }
    }

    @Test
    void aFileThatARestartWouldNotReplaceKeepsTheSidecarUnreadyUntilItIsGone() throws Exception {
        Path file = folder.resolve("store");
        Path hits = folder.resolve("store.hits");
        try (SidecarProcess sidecar = SidecarProcess.start(folder, "--shm=" + file)) {
            Path elsewhere = Files.move(file, folder.resolve("elsewhere"));
            Files.createDirectory(file);
            awaitNotReady(sidecar, "not a regular file");
            Files.delete(file);
            Files.move(elsewhere, file);
            Await.until("it is ready again", sidecar::isReady);
            Files.delete(hits);
            Await.until("the file of hits is there again", () -> Files.exists(hits));
            Await.until("that is logged", () -> sidecar.log().contains(hits + " was gone and was made anew"));
            assertThat(sidecar.isReady()).isTrue();
        }
    }
}
