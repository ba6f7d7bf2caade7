package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.cli.CommandLineRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that let {@code top} and {@code report} wait. */
class UnansweredQuestionTest {
    @TempDir
    private Path directory = Path.of("");

    private static ServerSocket listen(int backlog) throws IOException {
        return new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
    }

    private static void expectNoAnswer(String command, String target, String what) {
        CommandLineRun run = CommandLineRun.of(command, "--target=" + target, "--timeout=0.2");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualToIgnoringNewLines("cachee " + command + ": " + target + ": " + what);
    }

    @Test
    void oneThatAcceptsAndNeverAnswersIsGivenUp() throws IOException {
        try (ServerSocket silent = listen(50)) {
            String target = "127.0.0.1:" + silent.getLocalPort();
            expectNoAnswer("report", target, "no answer within 0.2 s");
            expectNoAnswer("top", target, "no answer within 0.2 s");
        }
    }

    @Test
    void oneBehindAUnixSocketIsGivenUpAsWell() throws IOException {
        Path path = directory.resolve("silent.sock");
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(path));
            expectNoAnswer("report", path.toString(), "no answer within 0.2 s");
        }
    }

    @Test
    void oneThatDribblesItsAnswerIsGivenUp() throws Exception {
        try (ServerSocket slow = listen(50)) {
            Thread server = Thread.ofPlatform().daemon().start(() -> dribble(slow));
            expectNoAnswer("report", "127.0.0.1:" + slow.getLocalPort(), "no answer within 0.2 s");
            server.join(10_000);
            assertThat(server.isAlive()).isFalse();
        }
    }

    /** Bytes of a line without end, as fast as the other side takes them one by one, until it hangs up. */
    private static void dribble(ServerSocket door) {
        try (Socket client = door.accept()) {
            client.setTcpNoDelay(true);
            client.setSoTimeout(5);
            client.getOutputStream().write('$');
            while (true) {
                client.getOutputStream().write('0');
                try {
                    if (client.getInputStream().read() < 0) {
                        return;
                    }
                } catch (java.net.SocketTimeoutException stillThere) {
                    // The next byte.
                }
            }
        } catch (IOException hungUp) {
            return;
        }
    }

    @Test
    void oneThatAcceptsNobodyIsGivenUp() throws IOException {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket full = listen(1)) {
            for (int i = 0; i < 4; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort()));
                waiting.add(channel);
            }
            expectNoAnswer("report", "127.0.0.1:" + full.getLocalPort(), "no connection within 0.2 s");
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    @Test
    void aTimeoutThatIsNoneIsRefused() {
        for (String wrong : new String[] {"0", "-1", "NaN", "1e9"}) {
            assertThat(CommandLineRun.of("report", "--timeout=" + wrong).exitCode())
                    .as(wrong)
                    .isEqualTo(2);
        }
    }
}
