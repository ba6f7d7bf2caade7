package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.cli.CommandLineRun;
import io.cachee.server.cli.StartCommand;
import io.cachee.server.metrics.Exposition;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sidecar tells probes, Prometheus and people when it stands before L2. */
class L2AdminTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String USERS = "keyspace=\"user\"";

    @TempDir
    private Path directory = Path.of("");

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final int[] ports = new int[3];

    private Sidecar start(String l2, String... more) throws Exception {
        try (ServerSocket a = free();
                ServerSocket b = free();
                ServerSocket c = free()) {
            ports[0] = a.getLocalPort();
            ports[1] = b.getLocalPort();
            ports[2] = c.getLocalPort();
        }
        Path config = Files.writeString(directory.resolve("cachee.yaml"), """
            keyspaces:
              user: {l1-ttl: 30s}
              cart: {write: behind}
            """);
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of(
                "--port=" + ports[0],
                "--health-port=" + ports[1],
                "--metrics-port=" + ports[2],
                "--admin-bind=127.0.0.1",
                "--max-memory=16mb",
                "--config=" + config,
                "--l2=" + l2));
        Log log = new Log(new PrintStream(said, true, UTF_8));
        return new Sidecar(StartCommand.settings(arguments, Map.of()), log, System.nanoTime());
    }

    private static ServerSocket free() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static String uri(RedisServerProcess redis) {
        return "redis://127.0.0.1:" + redis.port();
    }

    private static HttpResponse<String> get(int port, String path, String accept) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Accept", accept)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private int status(String path) throws Exception {
        return get(ports[1], path, "*/*").statusCode();
    }

    private String health() throws Exception {
        return get(ports[1], "/health", "*/*").body();
    }

    private Exposition metrics() throws Exception {
        return Exposition.parse(get(ports[2], "/metrics", "*/*").body(), false);
    }

    private RespClient client() throws IOException {
        return RespClient.connect(ports[0]);
    }

    @Test
    void metricsTellOfEachKeyspace() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                Sidecar _ = start(uri(redis));
                RespClient other = redis.connect();
                RespClient client = client()) {
            Await.until("L2 is coherent", () -> metrics().sample("cachee_l2_up") == 1);
            other.call("SET", "user:1", "value");
            for (int i = 0; i < 3; i++) {
                client.call("GET", "user:1");
                client.call("GET", "absent");
            }
            client.call("SET", "cart:1", "value");
            Await.until("the cart is in L2", () -> metrics().sample("cachee_write_behind_written_total") == 1);
            other.call("SET", "user:1", "another");
            Await.until(
                    "the change is heard of",
                    () -> metrics().sample("cachee_keyspace_invalidations_total", USERS) == 1);
            Exposition now = metrics();
            assertThat(now.sample("cachee_keyspace_hits_total", USERS)).isEqualTo(2);
            assertThat(now.sample("cachee_keyspace_misses_total", USERS)).isEqualTo(1);
            assertThat(now.sample("cachee_keyspace_loads_total", USERS)).isEqualTo(1);
            assertThat(now.sample("cachee_keyspace_load_seconds_total", USERS)).isPositive();
            assertThat(now.sample("cachee_keyspace_loaded_bytes_total", USERS)).isEqualTo(5);
            assertThat(now.sample("cachee_keyspace_negative_hits_total", "keyspace=\"default\""))
                    .isEqualTo(2);
            assertThat(now.sample("cachee_keyspace_writes_total", "keyspace=\"cart\""))
                    .isEqualTo(1);
            for (String name : List.of("load_failures", "stale_served", "refreshes", "misses_held")) {
                assertThat(now.sample("cachee_keyspace_" + name + "_total", USERS))
                        .isZero();
            }
            Exposition.parse(
                    get(ports[2], "/metrics", "application/openmetrics-text").body(), true);
        }
    }

    @Test
    void metricsTellOfTheLink() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                Sidecar _ = start(uri(redis))) {
            Await.until("the lag is known", () -> metrics().samples().containsKey("cachee_invalidation_lag_seconds[]"));
            Exposition now = metrics();
            assertThat(now.sample("cachee_l2_up")).isEqualTo(1);
            assertThat(now.sample("cachee_l2_connections")).isPositive();
            assertThat(now.sample("cachee_l2_requests_total")).isPositive();
            assertThat(now.sample("cachee_prewarm_keys")).isZero();
            assertThat(now.sample("cachee_prewarm_seconds")).isNotNegative();
            redis.stop();
            Await.until("L2 is gone", () -> metrics().sample("cachee_l2_up") == 0);
            assertThat(metrics().sample("cachee_l2_feed_losses_total")).isEqualTo(1);
            Await.until("the breaker is open", () -> metrics().sample("cachee_l2_breaker_open") == 1);
            redis.restart();
            Await.until("L2 is back", () -> metrics().sample("cachee_l2_up") == 1);
            now = metrics();
            assertThat(now.sample("cachee_l2_reconnects_total")).isPositive();
            assertThat(now.sample("cachee_l2_breaker_open")).isZero();
            assertThat(now.types().keySet())
                    .contains(
                            "cachee_l2_timeouts_total",
                            "cachee_l2_refused_total",
                            "cachee_loads_in_flight",
                            "cachee_loads_waiting",
                            "cachee_l1_flushes_total",
                            "cachee_write_behind_pending_keys",
                            "cachee_write_behind_pending_bytes",
                            "cachee_write_behind_coalesced_total",
                            "cachee_write_behind_retried_total");
        }
    }

    @Test
    void readinessDependsOnL2WhereThatIsAskedFor() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                Sidecar _ = start(uri(redis), "--l2-needed-for-ready")) {
            Await.until("it is ready", () -> status("/readyz") == 200);
            assertThat(health()).contains("\"status\": \"ok\"", ",\n  \"l2\": \"coherent\"\n}");
            assertThat(said.toString(UTF_8)).contains(" INFO L2 127.0.0.1:" + redis.port() + " is connected");
            redis.stop();
            Await.until("it is not ready", () -> status("/readyz") == 503);
            assertThat(status("/livez")).isEqualTo(200);
            assertThat(metrics().sample("cachee_ready")).isZero();
            assertThat(health())
                    .contains("\"status\": \"not ready\"")
                    .containsPattern("\"l2\": \"lost since 20[0-9T:-]+Z: 127.0.0.1:" + redis.port() + ": .+\"\n}");
            Await.until(
                    "the log tells",
                    () -> said.toString(UTF_8).contains(" WARN L2 127.0.0.1:" + redis.port() + " is lost: "));
            redis.restart();
            Await.until("it is ready again", () -> status("/readyz") == 200);
            assertThat(health()).contains("\"l2\": \"coherent\"");
        }
    }

    @Test
    void anL2ThatIsAwayDoesNotKeepItFromBeingReady() throws Exception {
        int closed;
        try (ServerSocket door = free()) {
            closed = door.getLocalPort();
        }
        try (Sidecar _ = start("redis://127.0.0.1:" + closed, "--prewarm-timeout=1ms")) {
            assertThat(status("/readyz")).isEqualTo(200);
            Await.until(
                    "the problem is told", () -> health().contains("\"l2\": \"connecting: 127.0.0.1:" + closed + ": "));
        }
    }

    @Test
    void isNotReadyWhileItWarmsUp() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start()) {
            redis.pause();
            CompletableFuture<Sidecar> starting = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    starting.complete(start(uri(redis), "--prewarm-timeout=1h"));
                } catch (Exception failed) {
                    starting.completeExceptionally(failed);
                }
            });
            Await.until("there is somebody to ask", () -> isAlive(starting));
            assertThat(status("/readyz")).isEqualTo(503);
            redis.resume();
            try (Sidecar _ = starting.get()) {
                assertThat(status("/readyz")).isEqualTo(200);
                assertThat(said.toString(UTF_8)).contains("warmed 0 of 0 keys in ");
            }
        }
    }

    private boolean isAlive(CompletableFuture<Sidecar> starting) throws Exception {
        if (starting.isDone()) {
            throw new AssertionError("it did not warm up: " + said.toString(UTF_8));
        }
        try {
            return status("/livez") == 200;
        } catch (IOException | IllegalArgumentException notYet) {
            return false;
        }
    }

    @Test
    void infoAndTheReportTellOfL2() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                Sidecar _ = start(uri(redis));
                RespClient client = client()) {
            Await.until("L2 is coherent", () -> metrics().sample("cachee_l2_up") == 1);
            client.call("SET", "user:1", "value");
            client.call("GET", "user:1");
            client.call("GET", "user:1");
            String info = client.call("INFO").string();
            assertThat(info)
                    .contains("# L2\r\nl2_state:coherent\r\nl2_nodes:1\r\nl2_node0:name=127.0.0.1:" + redis.port())
                    .containsPattern("l2_node0:.*,generation=[1-9]")
                    .contains("l2_keyspace_cart:write=behind,", "l2_keyspace_user:write=through,consistency=bounded")
                    .containsPattern("l2_keyspace_user:.*l1_ttl=30000,.*hits=1,misses=1,loads=1,");
            assertThat(client.call("INFO", "l2").string())
                    .startsWith("# L2\r\n")
                    .doesNotContain("# Server");
            String target = "127.0.0.1:" + ports[0];
            CommandLineRun well = CommandLineRun.of("report", "--target", target);
            assertThat(well.out())
                    .contains("--- L2 ---\nthere, and coherent\nnode name=127.0.0.1:" + redis.port())
                    .contains("write-behind: nothing is pending", "warmed 0 of 0 keys")
                    .contains("keyspace user: write through, bounded, in L1 for 30000 ms")
                    .contains("2 reads, 50.0 % found in L1")
                    .contains("0 changes of the database applied, 0 wait in L2, 0 not understood")
                    .doesNotContain("* L2 is not coherent", "cachee:events");
            client.call("XADD", "cachee:events", "*", "unheard", "of");
            Await.until("it was read", () -> metrics().sample("cachee_change_events_rejected_total") == 1);
            assertThat(CommandLineRun.of("report", "--target", target).out())
                    .contains(", 1 not understood", "* Somebody adds entries to cachee:events");
            redis.stop();
            Await.until("L2 is gone", () -> metrics().sample("cachee_l2_up") == 0);
            client.call("SET", "cart:1", "value");
            assertThat(CommandLineRun.of("report", "--target", target).out())
                    .contains("not coherent: lost since ", "* L2 is not coherent (lost since ")
                    .contains("write-behind: 1 keys, ", "are pending: a crash would lose them");
            redis.restart();
        }
    }
}
