package io.cachee.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that wait for the end of CLIENT PAUSE. */
class PauseTest {
    /** Far longer than a client of a test waits for its reply. */
    private static final String LONG_MILLIS = "1000000";

    private static void pause(TestSidecar sidecar, String... how) throws IOException {
        try (RespClient other = sidecar.connect()) {
            List<String> words = new ArrayList<>(List.of("CLIENT", "PAUSE"));
            words.addAll(List.of(how));
            assertThat(other.call(words.toArray()).string()).isEqualTo("OK");
        }
    }

    private static void unpause(TestSidecar sidecar) throws IOException {
        try (RespClient other = sidecar.connect()) {
            assertThat(other.call("CLIENT", "UNPAUSE").string()).isEqualTo("OK");
        }
    }

    private static void awaitWaiting(TestSidecar sidecar, int count) throws Exception {
        Await.until(count + " clients wait", () -> sidecar.shared().pause.waiting() == count);
    }

    @Test
    void allWhoWaitGoOnWhenItIsStopped() throws Exception {
        List<RespClient> clients = new ArrayList<>();
        try (TestSidecar sidecar = TestSidecar.start()) {
            for (int round = 0; round < 3; round++) {
                pause(sidecar, LONG_MILLIS, round == 1 ? "WRITE" : "ALL");
                for (int i = 0; i < 8; i++) {
                    RespClient client = sidecar.connect();
                    clients.add(client);
                    client.send("SET", "k" + i, "v" + i);
                    client.send("GET", "k" + i);
                }
                awaitWaiting(sidecar, 8);
                unpause(sidecar);
                for (int i = 0; i < 8; i++) {
                    RespClient client = clients.get(round * 8 + i);
                    assertThat(client.reply().string()).isEqualTo("OK");
                    assertThat(client.reply().string()).isEqualTo("v" + i);
                }
                assertThat(sidecar.shared().pause.waiting()).isZero();
            }
            for (RespClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void allWhoWaitGoOnWhenItEndsByItself() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            pause(sidecar, "50");
            client.send("SET", "k", "v");
            pause(sidecar, "100");
            assertThat(client.reply().string()).isEqualTo("OK");
            assertThat(sidecar.shared().pause.waiting()).isZero();
        }
    }

    @Test
    void whoLeavesWaitsNoMore() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start()) {
            pause(sidecar, LONG_MILLIS);
            try (RespClient client = sidecar.connect()) {
                client.send("PING");
                awaitWaiting(sidecar, 1);
                try (RespClient other = sidecar.connect()) {
                    other.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
                }
                assertThat(client.isClosedByServer()).isTrue();
            }
            awaitWaiting(sidecar, 0);
        }
    }

    @Test
    void whoComesWhenItIsOverDoesNotWait() {
        Pause pause = new Pause();
        MemoryLink link = new MemoryLink();
        assertThat(pause.await(link)).isZero();
        pause.start(1_000_000, false);
        assertThat(pause.await(link)).isPositive();
        pause.stop();
        assertThat(pause.await(link)).isZero();
        pause.stop();
        assertThat(link.timesWoken()).isEqualTo(1);
    }
}
