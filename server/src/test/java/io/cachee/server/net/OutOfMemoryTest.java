package io.cachee.server.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Processes without memory: for network buffers, which costs clients, and on the heap, which costs the process. */
final class OutOfMemoryTest {
    private static final int GREEDY_CLIENTS = 40;
    private static final int EXIT_ON_OUT_OF_MEMORY = 3;
    private static final Path JVM_OPTIONS = Path.of("jvm.options");

    /** Takes all of the heap, and would go on. */
    static final class Eater {
        private Eater() {}

        public static void main(String[] arguments) {
            List<byte[]> eaten = new ArrayList<>();
            try {
                while (eaten.size() < Integer.MAX_VALUE) {
                    eaten.add(new byte[1 << 20]);
                }
            } catch (OutOfMemoryError full) {
                System.out.println("went on");
            }
        }
    }

    private static List<String> java(String... flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
        return command;
    }

    @Test
    void aProcessWhoseHeapIsFullEndsSoThatItIsStartedAnew() throws Exception {
        assertThat(Files.readAllLines(JVM_OPTIONS)).contains("-XX:+ExitOnOutOfMemoryError");
        List<String> command = java("@" + JVM_OPTIONS, "-Xmx16m");
        command.add(Eater.class.getName());
        Process process = new ProcessBuilder(command).start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(EXIT_ON_OUT_OF_MEMORY);
            assertThat(new String(process.getInputStream().readAllBytes(), ISO_8859_1))
                    .doesNotContain("went on");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void withoutMemoryForNetworkBuffersSomeClientsGoAndTheProcessStays() throws Exception {
        expectSomeClientsToGo("-Dio.netty.maxDirectMemory=" + (24 << 20));
    }

    /** Where the JDK's limit is met before Netty's. */
    @Test
    void theSameHoldsWhenItIsTheJdkThatRefuses() throws Exception {
        expectSomeClientsToGo("-XX:MaxDirectMemorySize=24m");
    }

    private static void expectSomeClientsToGo(String limit) throws Exception {
        List<String> command = java(
                "-XX:+ExitOnOutOfMemoryError",
                "-Xmx96m",
                limit,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
        command.add(CrampedSidecar.class.getName());
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Socket> greedy = new ArrayList<>();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter asking = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true)) {
            int port = Integer.parseInt(String.valueOf(said.readLine()));
            try (RespClient client = RespClient.connect(port)) {
                assertThat(client.call("SET", "large", "x".repeat(1 << 20)).string())
                        .isEqualTo("OK");
            }
            for (int i = 0; i < GREEDY_CLIENTS; i++) {
                greedy.add(greedy(port));
            }
            Await.until("memory has run out, and that is told", () -> {
                asking.println();
                String[] answer = String.valueOf(said.readLine()).split(" ", -1);
                return Long.parseLong(answer[2]) > 0 && answer[3].equals("true");
            });
            Await.until("another client is served", () -> isServed(port));
            for (Socket each : greedy) {
                each.close();
            }
            Await.until("large replies are possible again", () -> isServed(port, "GET", "large"));
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
    }

    /** A client that asks for much and reads nothing of it. */
    private static Socket greedy(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 << 10);
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        try {
            socket.getOutputStream().write("GET large\r\n".repeat(20).getBytes(ISO_8859_1));
        } catch (IOException closedAlready) {
            return socket;
        }
        return socket;
    }

    private static boolean isServed(int port) {
        return isServed(port, "PING");
    }

    private static boolean isServed(int port, Object... request) {
        try (RespClient client = RespClient.connect(port)) {
            return client.call(request).type() != '-';
        } catch (IOException closed) {
            return false;
        }
    }
}
