package io.cachee.server.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.testkit.Certificates;
import io.cachee.testkit.RespClient;
import io.netty.channel.IoHandle;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.uring.IoUringIoHandle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same doors, whichever way event loops learn what their sockets have; for what is not to be had it says so. */
final class PollingTest {
    private static final int PIPELINE = 20_000;

    @TempDir
    private Path folder = Path.of("");

    private static Class<? extends IoHandle> handle(Polling polling) {
        return switch (polling) {
            case NIO -> NioIoHandle.class;
            case EPOLL -> EpollIoHandle.class;
            case IO_URING -> IoUringIoHandle.class;
        };
    }

    /** More than socket buffers hold, written by a thread of its own while the replies are read. */
    private static void expectPipeline(Socket socket) throws Exception {
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < PIPELINE; i++) {
                    socket.getOutputStream().write("INCR n\r\nGET large\r\n".getBytes(ISO_8859_1));
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        InputStream in = socket.getInputStream();
        String large = "$1000\r\n" + "x".repeat(1_000) + "\r\n";
        for (int i = 1; i <= PIPELINE; i++) {
            String expected = ":" + i + "\r\n" + large;
            String reply = new String(in.readNBytes(expected.length()), ISO_8859_1);
            if (!reply.equals(expected)) {
                assertThat(reply).as("reply " + i).isEqualTo(expected);
            }
        }
        writer.join();
    }

    private static void setLarge(NetSidecar sidecar) throws IOException {
        try (RespClient client = sidecar.connect()) {
            assertThat(client.call("SET", "large", "x".repeat(1_000)).string()).isEqualTo("OK");
        }
    }

    @ParameterizedTest
    @EnumSource(Polling.class)
    void answersPipelinesOverTcp(Polling polling) throws Exception {
        try (NetSidecar sidecar = NetSidecar.with(polling).start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), sidecar.port())) {
            assertThat(sidecar.server.polls(handle(polling))).isTrue();
            setLarge(sidecar);
            expectPipeline(socket);
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            sidecar.awaitClients(0);
        }
    }

    @ParameterizedTest
    @EnumSource(Polling.class)
    void answersPipelinesOverTls(Polling polling) throws Exception {
        Certificates certificates = new Certificates(folder);
        certificates.make("server");
        SSLContext context = certificates.client("server", null);
        NetSidecar.Builder builder = NetSidecar.with(polling);
        try (NetSidecar sidecar = builder.tls(certificates.certificate("server"), certificates.key("server"), null)
                        .start();
                Socket socket =
                        context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), sidecar.tlsPort())) {
            setLarge(sidecar);
            expectPipeline(socket);
        }
    }

    @ParameterizedTest
    @EnumSource(Polling.class)
    void answersOverTheUnixSocket(Polling polling) throws Exception {
        Path path = folder.resolve("test.sock");
        try (NetSidecar sidecar = NetSidecar.with(polling).socket(path).start()) {
            try (RespClient client = RespClient.connect(path)) {
                assertThat(client.call("INFO", "server").string()).contains("multiplexing_api:" + polling.label());
                for (int i = 0; i < 1_000; i++) {
                    client.send("SET", "k" + i, "v" + i);
                    client.send("GET", "k" + i);
                }
                for (int i = 0; i < 1_000; i++) {
                    assertThat(client.reply().string()).isEqualTo("OK");
                    assertThat(client.reply().string()).isEqualTo("v" + i);
                }
                assertThat(client.call("CLIENT", "INFO").string()).contains("addr=" + path + ":0");
            }
            sidecar.awaitClients(0);
        }
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(Polling.class)
    void disconnectsAndTurnsAwayAsItShould(Polling polling) throws Exception {
        try (NetSidecar sidecar =
                        NetSidecar.with(polling).setting("maxclients", "1").start();
                RespClient first = sidecar.connect();
                RespClient second = sidecar.connect()) {
            assertThat(first.call("PING").string()).isEqualTo("PONG");
            assertThat(second.call("PING").string()).isEqualTo("PONG");
            try (RespClient third = sidecar.connect()) {
                assertThat(third.reply().text()).contains("max number of clients reached");
            }
            second.sendRaw("*1\r\n:1\r\n");
            assertThat(second.reply().text()).contains("Protocol error");
            assertThat(second.isClosedByServer()).isTrue();
            sidecar.awaitClients(1);
        }
    }

    @Test
    void isChosenByName() {
        assertThat(Polling.named("nio")).isEqualTo(Polling.NIO);
        assertThat(Polling.named("auto")).isEqualTo(Polling.best());
        assertThatThrownBy(() -> Polling.named("kqueue")).hasMessageContaining("neither auto, io_uring, epoll nor nio");
    }
}
