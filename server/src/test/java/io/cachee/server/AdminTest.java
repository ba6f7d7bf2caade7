package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.cli.StartCommand;
import io.cachee.server.config.Settings;
import io.cachee.server.metrics.Exposition;
import io.cachee.testkit.RespClient;
import java.io.File;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the sidecar tells probes and Prometheus. */
class AdminTest {
    private static final String KEY = "a-key-of-the-test";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static @Nullable Sidecar shared;

    @BeforeAll
    static void startSidecar() throws Exception {
        String[] ports = new String[3];
        try (ServerSocket a = free();
                ServerSocket b = free();
                ServerSocket c = free()) {
            ports[0] = "--port=" + a.getLocalPort();
            ports[1] = "--health-port=" + b.getLocalPort();
            ports[2] = "--metrics-port=" + c.getLocalPort();
        }
        Settings settings = StartCommand.settings(
                List.of(ports[0], ports[1], ports[2], "--admin-bind=127.0.0.1", "--max-memory=16mb"), Map.of());
        Log nowhere = new Log(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
        shared = new Sidecar(settings, nowhere, System.nanoTime());
    }

    @AfterAll
    static void closeSidecar() {
        sidecar().close();
    }

    private static ServerSocket free() throws Exception {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static Sidecar sidecar() {
        if (shared == null) {
            throw new AssertionError("not started");
        }
        return shared;
    }

    private static HttpResponse<String> get(int port, String path, String accept) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Accept", accept)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String metrics(String accept) throws Exception {
        return get(sidecar().metricsPort(), "/metrics", accept).body();
    }

    private static Exposition metrics() throws Exception {
        return Exposition.parse(metrics("*/*"), false);
    }

    private static void traffic() throws Exception {
        try (RespClient client = RespClient.connect(sidecar().port())) {
            client.call("SET", KEY, "value");
            client.call("GET", KEY);
            client.call("GET", KEY + "-absent");
            client.call("SET", KEY, "value", "EX", "nonsense");
            client.call("NOSUCHCOMMAND", KEY);
        }
    }

    @Test
    void probesFindItAliveAndReady() throws Exception {
        int port = sidecar().healthPort();
        assertThat(get(port, "/livez", "*/*").statusCode()).isEqualTo(200);
        assertThat(get(port, "/livez", "*/*").body()).isEqualTo("ok\n");
        assertThat(get(port, "/readyz", "*/*").statusCode()).isEqualTo(200);
        HttpResponse<String> health = get(port, "/health", "*/*");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(health.body()).matches("""
            \\{
              "status": "ok",
              "entries": \\d+,
              "memory_used": "\\d+ MB",
              "memory_limit": "16 MB",
              "hit_rate": [01]\\.\\d{3},
              "uptime_seconds": \\d+
            }
            """);
        assertThat(get(port, "/metrics", "*/*").statusCode()).isEqualTo(404);
    }

    @Test
    void metricsAreInPrometheussFormatOrInOpenMetrics() throws Exception {
        traffic();
        HttpResponse<String> plain = get(sidecar().metricsPort(), "/metrics", "text/plain");
        assertThat(plain.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        Exposition.parse(plain.body(), false);
        String accept = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        HttpResponse<String> open = get(sidecar().metricsPort(), "/metrics", accept);
        assertThat(open.headers().firstValue("content-type"))
                .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(Exposition.parse(open.body(), true).types()).containsEntry("cachee_hits", "counter");
    }

    @Test
    void theNamesThatDashboardsKnowAreThere() throws Exception {
        traffic();
        Exposition metrics = metrics();
        assertThat(metrics.types())
                .containsEntry("cachee_hits_total", "counter")
                .containsEntry("cachee_misses_total", "counter")
                .containsEntry("cachee_hit_rate", "gauge")
                .containsEntry("cachee_memory_bytes", "gauge")
                .containsEntry("cachee_evictions_total", "counter")
                .containsEntry("cachee_latency_seconds", "summary");
        for (String quantile : List.of("0.5", "0.95", "0.99")) {
            assertThat(metrics.sample("cachee_latency_seconds", "quantile=\"" + quantile + "\""))
                    .isPositive();
        }
        assertThat(metrics.sample("cachee_memory_limit_bytes")).isEqualTo(16 << 20);
        assertThat(metrics.sample("cachee_memory_bytes")).isBetween(1.0, (double) (16 << 20));
        assertThat(metrics.sample("cachee_ready")).isEqualTo(1);
        assertThat(metrics.sample("cachee_hit_rate")).isBetween(0.0, 1.0);
    }

    @Test
    void countersMoveWithTraffic() throws Exception {
        traffic();
        Exposition before = metrics();
        traffic();
        Exposition after = metrics();
        for (String name : List.of("cachee_hits_total", "cachee_misses_total", "cachee_connections_total")) {
            assertThat(after.sample(name)).as(name).isEqualTo(before.sample(name) + 1);
        }
        assertThat(after.sample("cachee_commands_total", "command=\"get\""))
                .isEqualTo(before.sample("cachee_commands_total", "command=\"get\"") + 2);
        assertThat(after.sample("cachee_latency_seconds_count"))
                .isGreaterThan(before.sample("cachee_latency_seconds_count"));
        for (String direction : List.of("direction=\"in\"", "direction=\"out\"")) {
            assertThat(after.sample("cachee_network_bytes_total", direction))
                    .isGreaterThan(before.sample("cachee_network_bytes_total", direction));
        }
        assertThat(after.sample("cachee_event_loops")).isPositive();
        assertThat(after.sample("cachee_event_loop_busy_poll_seconds_total")).isNotNegative();
    }

    @Test
    void countersNeverFall() throws Exception {
        traffic();
        Exposition before = metrics();
        try (RespClient client = RespClient.connect(sidecar().port())) {
            assertThat(client.call("CONFIG", "RESETSTAT").string()).isEqualTo("OK");
        }
        Exposition after = metrics();
        before.types().forEach((name, type) -> {
            if (type.equals("counter") && before.samples().containsKey(name + "[]")) {
                assertThat(after.sample(name)).as(name).isGreaterThanOrEqualTo(before.sample(name));
            }
        });
    }

    @Test
    void noMetricNamesAKey() throws Exception {
        traffic();
        assertThat(metrics("*/*")).doesNotContain(KEY).doesNotContainIgnoringCase("nosuchcommand");
    }

    @Test
    void histogramsAreCumulative() throws Exception {
        traffic();
        double last = 0;
        for (Map.Entry<String, Double> sample : metrics().samples().entrySet()) {
            String series = sample.getKey();
            if (series.startsWith("cachee_command_duration_seconds_bucket")) {
                assertThat(sample.getValue()).as(series).isGreaterThanOrEqualTo(last);
                last = series.contains("+Inf") ? 0 : sample.getValue();
            }
        }
    }

    /** promtool belongs to Prometheus; a machine without it has the parser above alone. */
    @Test
    void promtoolFindsNothingWrong() throws Exception {
        traffic();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path promtool = Path.of(folder, "promtool");
            if (Files.isExecutable(promtool)) {
                Process process = new ProcessBuilder(promtool.toString(), "check", "metrics")
                        .redirectErrorStream(true)
                        .start();
                try (OutputStream in = process.getOutputStream()) {
                    in.write(metrics("*/*").getBytes(UTF_8));
                }
                String said = new String(process.getInputStream().readAllBytes(), UTF_8);
                assertThat(said).isEmpty();
                assertThat(process.waitFor()).isZero();
                return;
            }
        }
        System.out.println("AdminTest: there is no promtool on the PATH; its opinion of the metrics is not asked");
    }
}
