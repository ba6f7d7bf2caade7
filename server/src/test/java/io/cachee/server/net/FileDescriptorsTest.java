package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A process that has no file descriptors left. */
final class FileDescriptorsTest {
    private static final int DESCRIPTORS = 120;

    @Test
    void acceptingRestsWhileThereAreNoneAndGoesOnWhenThereAre() throws Exception {
        Path java = Path.of(System.getProperty("java.home", ""), "bin", "java");
        String command = "ulimit -n " + DESCRIPTORS + " && exec '" + java
                + "' -Xmx64m --enable-native-access=ALL-UNNAMED -Dio.netty.leakDetection.level=paranoid -cp '"
                + System.getProperty("java.class.path") + "' " + CrampedSidecar.class.getName();
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<RespClient> clients = new ArrayList<>();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter asking = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true)) {
            int port = Integer.parseInt(String.valueOf(said.readLine()));
            RespClient first = RespClient.connect(port);
            clients.add(first);
            assertThat(first.call("PING").string()).isEqualTo("PONG");
            for (int i = 0; i < 2 * DESCRIPTORS; i++) {
                clients.add(RespClient.connect(port));
            }
            Await.until("accepting has failed and rests", () -> {
                asking.println();
                String[] answer = String.valueOf(said.readLine()).split(" ", -1);
                return Long.parseLong(answer[0]) > 0 && answer[1].equals("false");
            });
            assertThat(first.call("PING").string()).isEqualTo("PONG");
            closeAllBut(first, clients);
            try (RespClient late = RespClient.connect(port)) {
                assertThat(late.call("PING").string()).isEqualTo("PONG");
            }
            assertThat(first.call("PING").string()).isEqualTo("PONG");
        } finally {
            closeAllBut(null, clients);
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
    }

    private static void closeAllBut(@org.jspecify.annotations.Nullable RespClient kept, List<RespClient> clients)
            throws IOException {
        for (RespClient client : clients) {
            if (!client.equals(kept)) {
                client.close();
            }
        }
    }
}
