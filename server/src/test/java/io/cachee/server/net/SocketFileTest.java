package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.testkit.LeakWatch;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may lie where the Unix socket goes. */
final class SocketFileTest {
    @TempDir
    private Path folder;

    private Path socket() {
        return folder.resolve("s.sock");
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void expectRefusal(Path path, String why) {
        assertThatThrownBy(() -> NetSidecar.with().socket(path).start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(why);
    }

    @AfterEach
    void noBufferIsLost() {
        LeakWatch.check();
    }

    @Test
    void listensWithTheModeGivenAndLeavesNothingBehind() throws Exception {
        try (NetSidecar sidecar =
                NetSidecar.with().socket(socket()).permissions("rw-rw-rw-").start()) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(socket(), LinkOption.NOFOLLOW_LINKS)))
                    .isEqualTo("rw-rw-rw-");
            assertThat(left()).containsExactly("s.sock");
            try (RespClient client = RespClient.connect(socket())) {
                assertThat(client.call("PING").string()).isEqualTo("PONG");
                assertThat(client.call("CLIENT", "INFO").string()).contains("addr=" + socket() + ":0");
            }
            sidecar.awaitClients(0);
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void nobodyCanConnectBeforeTheModeIsRight() throws Exception {
        SocketFile file = SocketFile.prepare(socket(), PosixFilePermissions.fromString("rw-------"));
        Path before = file.bindPath();
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(before.resolveSibling("."), LinkOption.NOFOLLOW_LINKS)))
                .isEqualTo("rwx------");
        try (ServerSocketChannel bound = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            bound.bind(UnixDomainSocketAddress.of(before));
            assertThat(socket()).doesNotExist();
            file.publish();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
            file.remove();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void replacesAStaleSocketOfItsOwn() throws Exception {
        bindAndLeave();
        try (NetSidecar sidecar = NetSidecar.with().socket(socket()).start();
                RespClient client = RespClient.connect(socket())) {
            assertThat(client.call("PING").string()).isEqualTo("PONG");
            assertThat(sidecar.server.clients()).isEqualTo(1);
        }
    }

    private void bindAndLeave() throws IOException {
        try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThat(Files.exists(socket(), LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void refusesASocketAtWhichSomebodyListens() throws Exception {
        try (ServerSocketChannel alive = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            alive.bind(UnixDomainSocketAddress.of(socket()), 1);
            expectRefusal(socket(), "another process listens there");
        }
        assertThat(left()).containsExactly("s.sock");
    }

    @Test
    void refusesALinkAndLeavesItAndItsTargetAlone() throws Exception {
        Path target = Files.writeString(folder.resolve("target"), "precious");
        Files.createSymbolicLink(socket(), target);
        expectRefusal(socket(), "symbolic link");
        assertThat(target).hasContent("precious");
        assertThat(left()).containsExactly("s.sock", "target");
    }

    @Test
    void refusesARegularFileAndAFolder() throws Exception {
        Files.writeString(socket(), "precious");
        expectRefusal(socket(), "no socket");
        assertThat(socket()).hasContent("precious");
        Path directory = Files.createDirectory(folder.resolve("directory"));
        expectRefusal(directory, "no socket");
        expectRefusal(folder.resolve("absent").resolve("s.sock"), "does not exist");
        assertThat(left()).containsExactly("directory", "s.sock");
    }

    @Test
    void refusesAStaleSocketOfSomebodyElse() throws Exception {
        bindAndLeave();
        try {
            Files.setAttribute(socket(), "unix:uid", 4_711, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException onlyRootMay) {
            System.out.println("SocketFileTest: cannot give a file away here; nothing is tried");
            return;
        }
        expectRefusal(socket(), "belongs to");
        assertThat(left()).containsExactly("s.sock");
    }

    @Test
    void refusesAPathThatNoAddressHasRoomFor() throws Exception {
        Path deep = Files.createDirectory(folder.resolve("d".repeat(100)));
        expectRefusal(deep.resolve("s.sock"), "longer than 107 bytes");
        String here = folder.toString();
        Path fitsItselfAlone = folder.resolve("s".repeat(Math.max(1, 106 - here.length())));
        if (here.length() > 85) {
            expectRefusal(fitsItselfAlone, "107 bytes");
        }
        assertThat(left()).containsExactly("d".repeat(100));
    }

    @Test
    void doesNotRemoveASocketThatHasTakenItsPlace() throws Exception {
        NetSidecar sidecar = NetSidecar.with().socket(socket()).start();
        try {
            Files.delete(socket());
            try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                other.bind(UnixDomainSocketAddress.of(socket()));
                sidecar.close();
                assertThat(left()).containsExactly("s.sock");
            }
        } finally {
            sidecar.shutDown();
        }
    }
}
