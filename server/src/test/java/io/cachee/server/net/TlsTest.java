package io.cachee.server.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.testkit.Await;
import io.cachee.testkit.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RESP over TLS: which versions, which certificates, and what becomes of those who do not play along. */
final class TlsTest {
    @TempDir
    private static Path shared;

    private static Certificates certificates = new Certificates(Path.of(""));

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(shared);
        certificates.make("server");
        certificates.make("next");
        certificates.make("friend");
        certificates.make("stranger");
        certificates.make("expired", "-startdate", "-10d", "-validity", "1");
    }

    private static NetSidecar.Builder sidecar(@Nullable Path authorities) throws IOException {
        return NetSidecar.with().tls(certificates.certificate("server"), certificates.key("server"), authorities);
    }

    private static SSLSocket connect(NetSidecar sidecar, SSLContext context, String... versions) throws IOException {
        SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), sidecar.tlsPort());
        socket.setSoTimeout(20_000);
        if (versions.length > 0) {
            socket.setEnabledProtocols(versions);
        }
        return socket;
    }

    /** PING, as a client that trusts one certificate and shows another; the name of the one it was shown. */
    private static String ping(NetSidecar sidecar, SSLContext context, String... versions) throws IOException {
        try (SSLSocket socket = connect(sidecar, context, versions)) {
            socket.getOutputStream().write("PING\r\n".getBytes(ISO_8859_1));
            byte[] reply = socket.getInputStream().readNBytes(7);
            if (reply.length < 7) {
                throw new IOException("closed before the reply");
            }
            assertThat(reply).isEqualTo("+PONG\r\n".getBytes(ISO_8859_1));
            return socket.getSession().getProtocol();
        }
    }

    private static SSLContext client() throws Exception {
        return certificates.client("server", null);
    }

    @Test
    void speaksTls12And13() throws Exception {
        try (NetSidecar sidecar = sidecar(null).start()) {
            assertThat(ping(sidecar, client(), "TLSv1.2")).isEqualTo("TLSv1.2");
            assertThat(ping(sidecar, client(), "TLSv1.3")).isEqualTo("TLSv1.3");
            assertThat(ping(sidecar, client())).isEqualTo("TLSv1.3");
            sidecar.awaitClients(0);
        }
    }

    @Test
    void refusesTls11() throws Exception {
        // What an old client says first: a record of TLS 1.0 with the greeting of TLS 1.1 and one cipher suite.
        byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 2 + 2 + 2];
        byte[] head = {22, 3, 1, 0, (byte) (hello.length - 5), 1, 0, 0, (byte) (hello.length - 9), 3, 2};
        System.arraycopy(head, 0, hello, 0, head.length);
        byte[] tail = {0, 0, 2, (byte) 0xc0, 0x09, 1, 0};
        System.arraycopy(tail, 0, hello, hello.length - tail.length, tail.length);
        try (NetSidecar sidecar = sidecar(null).start();
                Socket old = new Socket(InetAddress.getLoopbackAddress(), sidecar.tlsPort())) {
            old.getOutputStream().write(hello);
            byte[] answer = old.getInputStream().readAllBytes();
            assertThat(answer).as("a fatal alert and the end").hasSize(7).startsWith(21);
            awaitFailures(sidecar, 1);
        }
    }

    private static void awaitFailures(NetSidecar sidecar, double count) throws Exception {
        Await.until(count + " handshakes have failed", () -> sidecar.rejected("tls_handshake") >= count);
    }

    @Test
    void closesOnPlaintext() throws Exception {
        try (NetSidecar sidecar = sidecar(null).start();
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), sidecar.tlsPort())) {
            plain.getOutputStream().write("*1\r\n$4\r\nPING\r\n".getBytes(ISO_8859_1));
            assertThat(new String(plain.getInputStream().readAllBytes(), ISO_8859_1))
                    .doesNotContain("PONG");
            awaitFailures(sidecar, 1);
            sidecar.awaitClients(0);
            assertThat(sidecar.hasLogged("the client does not speak TLS")).isTrue();
            // In hexadecimal digits, what the client sent.
            assertThat(sidecar.hasLogged("50494e47")).isFalse();
            assertThat(ping(sidecar, client())).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void closesOnRubbishAfterTheHandshakeWithoutANoiseInTheLog() throws Exception {
        try (NetSidecar sidecar = sidecar(null).start();
                Socket raw = new Socket(InetAddress.getLoopbackAddress(), sidecar.tlsPort());
                SSLSocket layered = (SSLSocket) client().getSocketFactory().createSocket(raw, "localhost", 0, false)) {
            layered.startHandshake();
            raw.getOutputStream().write("this is no record of TLS\r\n".getBytes(ISO_8859_1));
            sidecar.awaitClients(0);
            assertThat(sidecar.timesLogged("failed")).isZero();
        }
    }

    @Test
    void asksForAClientCertificateAndTakesOnlyThoseThatAreSignedAndValid() throws Exception {
        Path authorities = folder.resolve("clients.pem");
        Files.writeString(
                authorities,
                Files.readString(certificates.authority("friend"))
                        + Files.readString(certificates.authority("expired")));
        try (NetSidecar sidecar = sidecar(authorities).start()) {
            for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
                assertThat(ping(sidecar, certificates.client("server", "friend"), version))
                        .isEqualTo(version);
                double before = sidecar.rejected("tls_handshake");
                for (String refused : new String[] {"stranger", "expired"}) {
                    assertThatThrownBy(() -> ping(sidecar, certificates.client("server", refused), version))
                            .as(refused)
                            .isInstanceOf(IOException.class);
                }
                assertThatThrownBy(() -> ping(sidecar, client(), version)).isInstanceOf(IOException.class);
                awaitFailures(sidecar, before + 3);
            }
        }
    }

    @Test
    void newConnectionsGetTheNewCertificateAndBrokenFilesLeaveTheOldInForce() throws Exception {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        replace("server", certificate, key);
        try (NetSidecar sidecar = NetSidecar.with().tls(certificate, key, null).start()) {
            try (SSLSocket old = connect(sidecar, client())) {
                assertThat(nameShown(old)).isEqualTo("CN=server");
                replace("next", certificate, key);
                Await.until("it was reloaded", () -> sidecar.hasLogged("the TLS certificate was reloaded"));
                old.getOutputStream().write("PING\r\n".getBytes(ISO_8859_1));
                assertThat(old.getInputStream().readNBytes(7)).isEqualTo("+PONG\r\n".getBytes(ISO_8859_1));
            }
            SSLContext trustingNext = certificates.client("next", null);
            assertThat(ping(sidecar, trustingNext)).isEqualTo("TLSv1.3");
            assertThatThrownBy(() -> ping(sidecar, client())).isInstanceOf(SSLException.class);

            write(key, "-----BEGIN PRIVATE KEY-----\nnot at all\n");
            Await.until("it was noticed", () -> sidecar.hasLogged("the old certificate stays in force"));
            assertThat(ping(sidecar, trustingNext)).isEqualTo("TLSv1.3");
            write(key, Files.readString(certificates.key("stranger")));
            Await.until("the wrong key was noticed", () -> sidecar.hasLogged("differ"));
            Files.delete(certificate);
            Await.until("that it is missing was noticed", () -> sidecar.timesLogged("stays in force") >= 3);
            for (int i = 0; i < 5; i++) {
                assertThat(ping(sidecar, trustingNext)).isEqualTo("TLSv1.3");
            }
            // Once for each state of the files that a tick may have met, half written ones among them.
            assertThat(sidecar.timesLogged("stays in force")).isBetween(3L, 5L);
            replace("server", certificate, key);
            Await.until("it was reloaded again", () -> sidecar.timesLogged("was reloaded") == 2);
            assertThat(ping(sidecar, client())).isEqualTo("TLSv1.3");
        }
    }

    private static String nameShown(SSLSocket socket) throws SSLPeerUnverifiedException {
        return socket.getSession().getPeerPrincipal().getName();
    }

    /** The key first, out of sight by its time, then the certificate: both are seen in one look. */
    private static void replace(String name, Path certificate, Path key) throws IOException {
        Files.copy(certificates.key(name), key, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(certificates.certificate(name), certificate, StandardCopyOption.REPLACE_EXISTING);
    }

    /** In one step, with a time that is not the old one's. */
    private static void write(Path file, String content) throws IOException {
        Path beside = file.resolveSibling("new");
        FileTime before = Files.getLastModifiedTime(file);
        Files.writeString(beside, content);
        Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-------"));
        Files.setLastModifiedTime(beside, FileTime.fromMillis(before.toMillis() + 1_000));
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void refusesToStartWithFilesThatDoNotGoTogether() {
        assertThatThrownBy(() -> NetSidecar.with()
                        .tls(certificates.certificate("server"), certificates.key("next"), null)
                        .start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("differ");
        assertThatThrownBy(() -> NetSidecar.with()
                        .tls(certificates.key("server"), certificates.key("server"), null)
                        .start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TLS");
    }

    private static NetworkLimits handshakes(long millis, int most) {
        return NetSidecar.LIMITS
                .but()
                .handshakeMillis(millis)
                .mostHandshakes(most)
                .build();
    }

    @Test
    void whoDoesNotFinishTheHandshakeIsClosedInTime() throws Exception {
        try (NetSidecar sidecar = sidecar(null).limits(handshakes(100, 256)).start();
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), sidecar.tlsPort())) {
            assertThat(silent.getInputStream().readAllBytes()).hasSizeLessThan(64);
            awaitFailures(sidecar, 1);
            sidecar.awaitClients(0);
        }
    }

    @Test
    void noMoreHandshakesAreUnderWayThanAllowed() throws Exception {
        int most = 4;
        try (NetSidecar sidecar = sidecar(null).limits(handshakes(60_000, most)).start()) {
            List<Socket> flood = new ArrayList<>();
            try {
                for (int i = 0; i < 3 * most; i++) {
                    flood.add(new Socket(InetAddress.getLoopbackAddress(), sidecar.tlsPort()));
                }
                awaitFailures(sidecar, 2 * most);
                sidecar.awaitClients(most);
                assertThat(sidecar.rejected("tls_handshake")).isEqualTo(2 * most);
            } finally {
                for (Socket socket : flood) {
                    socket.close();
                }
            }
            sidecar.awaitClients(0);
            assertThat(ping(sidecar, client())).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void refusesToNegotiateAgain() throws Exception {
        try (NetSidecar sidecar = sidecar(null).start();
                SSLSocket socket = connect(sidecar, client(), "TLSv1.2")) {
            socket.startHandshake();
            socket.getOutputStream().write("PING\r\n".getBytes(ISO_8859_1));
            assertThat(socket.getInputStream().readNBytes(7)).hasSize(7);
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getOutputStream().write("PING\r\n".getBytes(ISO_8859_1));
                        assertThat(socket.getInputStream().readNBytes(7)).isEmpty();
                        throw new IOException("closed");
                    })
                    .isInstanceOf(IOException.class);
            sidecar.awaitClients(0);
        }
    }

    @Test
    void aFarewellOfTlsEndsTheConnectionAfterTheLastReply() throws Exception {
        try (NetSidecar sidecar = sidecar(null).start();
                SSLSocket socket = connect(sidecar, client(), "TLSv1.3")) {
            socket.getOutputStream().write("PING\r\nQUIT\r\n".getBytes(ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .as("and then a close_notify, without which reading would fail")
                    .isEqualTo("+PONG\r\n+OK\r\n");
        }
        try (NetSidecar sidecar = sidecar(null).start();
                SSLSocket socket = connect(sidecar, client(), "TLSv1.3")) {
            socket.getOutputStream().write("PING\r\n".getBytes(ISO_8859_1));
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readNBytes(7)).isEqualTo("+PONG\r\n".getBytes(ISO_8859_1));
            sidecar.awaitClients(0);
        }
    }

    @Test
    void largeRepliesAndTheirLimitWorkOverTlsToo() throws Exception {
        byte[] value = new byte[1 << 20];
        try (NetSidecar sidecar = sidecar(null)
                        .setting("client-output-buffer-limit", "normal 8mb 4mb 60")
                        .start();
                SSLSocket socket = connect(sidecar, client());
                var other = sidecar.connect()) {
            other.call("SET", "k", value);
            socket.getOutputStream().write("GET k\r\n".getBytes(ISO_8859_1));
            assertThat(socket.getInputStream().readNBytes(value.length + 12)).hasSize(value.length + 12);
            // One step, whose replies cannot wait until the client has taken some.
            String gets = "GET k\r\n".repeat(20);
            socket.getOutputStream().write(("MULTI\r\n" + gets + "EXEC\r\n").getBytes(ISO_8859_1));
            sidecar.awaitDisconnects("output_limit", 1);
            sidecar.awaitClients(1);
            assertThat(sidecar.disconnects("output_limit")).isEqualTo(1);
        }
    }
}
