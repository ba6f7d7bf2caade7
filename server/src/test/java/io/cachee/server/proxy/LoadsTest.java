package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.Direction;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of loads whose replies are late. The network between sidecar and L2 holds them. */
final class LoadsTest {
    private static final int CLIENTS = 50;

    private final List<RespClient> clients = new ArrayList<>();
    private RedisServerProcess redis;
    private FaultProxy proxy;
    private TestSidecar sidecar;
    private RespClient direct;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        proxy = FaultProxy.start(redis.port());
        sidecar = TestSidecar.with().before(patient(proxy.port())).startCoherent();
        direct = redis.connect();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(sidecar.connect());
        }
    }

    /** A link that does not take a reply that is held back for one that never comes. */
    private static L2Options patient(int port) {
        String uri = "redis://127.0.0.1:" + port;
        return L2Options.builder(uri)
                .connectMillis(30_000)
                .deadlineMillis(30_000)
                .heartbeatMillis(30_000)
                .silenceMillis(30_000)
                .mostRequests(1_000)
                .mostBytes(1 << 20)
                .retryMillis(5, 50)
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        for (RespClient client : clients) {
            client.close();
        }
        direct.close();
        sidecar.close();
        proxy.close();
        redis.close();
    }

    /** How often L2 was asked for this key. */
    private long gets(List<String> seen, String key) {
        return seen.stream()
                .filter(line -> line.contains("\"GET\" \"" + key + "\""))
                .count();
    }

    /** What L2 was asked until now, by a client that listens to everything. */
    private List<String> seenBy(RespClient monitor, String mark) throws IOException {
        direct.call("ECHO", mark);
        List<String> seen = new ArrayList<>();
        String line = "";
        while (!line.contains(mark)) {
            line = monitor.reply().string();
            seen.add(line);
        }
        return seen;
    }

    private boolean wasCalled(String command) throws IOException {
        return direct.call("INFO", "commandstats").string().contains("cmdstat_" + command + ":");
    }

    @Test
    void asksL2OnceHoweverManyClientsMissAKey() throws Exception {
        direct.call("SET", "wanted", "value");
        try (RespClient monitor = redis.connect()) {
            monitor.call("MONITOR");
            proxy.stall(Direction.TO_CLIENT);
            for (RespClient client : clients) {
                client.send("GET", "wanted");
                client.send("MGET", "wanted", "absent");
            }
            Await.until("all have asked", () -> sidecar.shared().statistics.commandsRun() >= 2 * CLIENTS);
            proxy.resume();
            for (RespClient client : clients) {
                assertThat(client.reply()).hasToString("$value");
                assertThat(client.reply()).hasToString("*[$value, $nil]");
            }
            List<String> seen = seenBy(monitor, "end");
            assertThat(gets(seen, "wanted")).isEqualTo(1);
            assertThat(gets(seen, "absent")).isEqualTo(1);
        }
    }

    @Test
    void keepsNothingThatChangedWhileItsReplyWasOnTheWay() throws Exception {
        RespClient first = clients.get(0);
        RespClient second = clients.get(1);
        for (int i = 0; i < 20; i++) {
            String key = "k" + i;
            direct.call("SET", key, "before");
            direct.call("CONFIG", "RESETSTAT");
            proxy.stall(Direction.TO_CLIENT);
            first.send("GET", key);
            Await.until("L2 was asked", () -> wasCalled("get") && wasCalled("pttl"));
            direct.call("SET", key, "after");
            proxy.resume();
            assertThat(first.reply()).hasToString("$before");
            Await.until(
                    "the change is seen", () -> second.call("GET", key).string().equals("after"));
            for (int n = 0; n < 10; n++) {
                assertThat(second.call("GET", key)).hasToString("$after");
            }
        }
    }

    @Test
    void keepsNoLoadThatAWriteOfItsOwnHasOvertaken() throws Exception {
        RespClient reader = clients.get(0);
        RespClient writer = clients.get(1);
        writer.call("SET", "opens", "the connection");
        for (int i = 0; i < 20; i++) {
            String key = "k" + i;
            direct.call("SET", key, "before");
            proxy.stall(Direction.TO_CLIENT);
            reader.send("GET", key);
            writer.send("SET", key, "after");
            Await.until("L2 has it", () -> direct.call("GET", key).string().equals("after"));
            proxy.resume();
            assertThat(writer.reply()).hasToString("+OK");
            assertThat(writer.call("GET", key)).hasToString("$after");
            assertThat(reader.reply().string()).isIn("before", "after");
            assertThat(reader.call("GET", key)).hasToString("$after");
        }
    }

    @Test
    void countsTheTimeOnTheWayAgainstWhatIsLeftOfAKeysLife() throws Exception {
        RespClient client = clients.get(0);
        direct.call("SET", "k", "v", "PX", 60_000);
        proxy.delay(300);
        assertThat(client.call("GET", "k")).hasToString("$v");
        long left = direct.call("PTTL", "k").number();
        assertThat(client.call("PTTL", "k").number()).isBetween(1L, left);
    }
}
