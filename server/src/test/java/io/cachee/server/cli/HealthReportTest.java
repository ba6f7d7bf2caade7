package io.cachee.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.RealRedis;
import io.cachee.server.TestSidecar;
import io.cachee.server.load.ServerInfo;
import io.cachee.server.load.TargetServer;
import io.cachee.testkit.RespClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthReportTest {
    private static final String[] SECTIONS = {"Memory", "Clients", "Stats", "Keyspace", "Eviction Policy", "Advice"};
    private static final String COMMON = """
        redis_version:7.0.0
        uptime_in_seconds:90
        used_memory:1000
        maxmemory:100000000
        connected_clients:5
        maxclients:10000
        """;

    /** The report on a server that answers INFO with these fields. */
    private static String reportOn(String... fields) throws Exception {
        String info = COMMON + String.join("\n", fields);
        String reply = "$" + info.length() + "\r\n" + info + "\r\n";
        try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = Thread.ofPlatform().start(() -> {
                try (var client = door.accept()) {
                    client.getOutputStream().write(reply.getBytes(StandardCharsets.US_ASCII));
                    while (client.getInputStream().read() >= 0) {
                        // Until the other side has read the reply and closes.
                    }
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            });
            TargetServer target = TargetServer.parse("127.0.0.1:" + door.getLocalPort(), "");
            StringWriter out = new StringWriter();
            new HealthReport(ServerInfo.of(target), "here").print(new PrintWriter(out));
            server.join();
            return out.toString();
        }
    }

    @Test
    void hasNothingToSayOfAHealthyCache() throws Exception {
        assertThat(reportOn("keyspace_hits:90", "keyspace_misses:10"))
                .contains("here, redis 7.0.0, up 1 min", "90 hits, 10 misses: 90.0 % found", "* Nothing to do.");
    }

    @Test
    void advisesOnACacheThatIsTooSmall() throws Exception {
        assertThat(reportOn("keyspace_hits:50", "keyspace_misses:50", "evicted_keys:7"))
                .contains("* Too small:", "50.0 %");
        assertThat(reportOn("keyspace_hits:50", "keyspace_misses:50"))
                .contains("* Only 50.0 %", "expire too soon")
                .doesNotContain("Too small");
    }

    @Test
    void advisesOnAFullStoreThatMayNotEvict() throws Exception {
        assertThat(reportOn("maxmemory_policy:noeviction", "used_memory:95000000"))
                .contains("* The store is nearly full");
        assertThat(reportOn("maxmemory_policy:noeviction", "used_memory:5000")).contains("* Nothing to do.");
        assertThat(reportOn("maxmemory_policy:noeviction", "used_memory:95000000", "maxmemory:0"))
                .contains("no limit", "* Nothing to do.");
    }

    @Test
    void advisesOnConnections() throws Exception {
        assertThat(reportOn("rejected_connections:12")).contains("* Rejected connections: 12 clients", "--maxclients");
        assertThat(reportOn("connected_clients:9000")).contains("* Nearly as many clients", "9,000 of 10,000");
        assertThat(reportOn("client_output_buffer_limit_disconnections:3")).contains("* 3 clients were cut off");
        assertThat(reportOn("acl_access_denied_auth:4")).contains("* 4 wrong passwords");
    }

    @Test
    void looksAtARunningSidecar() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            client.call("SET", "hot\u001b[2Jkey", "x".repeat(500_000));
            client.call("SET", "other", "x".repeat(500_000));
            for (int i = 0; i < 2_000; i++) {
                client.send("GET", "hot\u001b[2Jkey");
                client.reply();
            }
            CommandLineRun run = CommandLineRun.of("report", "--target", "127.0.0.1:" + sidecar.port());
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
            assertThat(run.out())
                    .startsWith("=== Cachee Health Report ===")
                    .contains("cachee test", "db0: keys=2", "--- Hot Keys ---", "cachee-lfu")
                    .contains("* Hot key: hot?[2Jkey takes ", "* Big values: an entry has ")
                    .contains("* Big traffic: hot?[2Jkey")
                    .doesNotContain("\u001b")
                    .endsWith("=== Report Complete ===\n");
            for (String section : SECTIONS) {
                assertThat(run.out()).contains("--- " + section + " ---");
            }
        }
    }

    @Test
    void looksAtARedis() throws Exception {
        RealRedis redis = RealRedis.shared();
        if (redis == null) {
            return;
        }
        CommandLineRun run = CommandLineRun.of("report", "--target", "127.0.0.1:" + redis.port());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("redis " + redis.version(), "noeviction").doesNotContain("nearly full");
        for (String section : SECTIONS) {
            assertThat(run.out()).contains("--- " + section + " ---");
        }
    }

    @Test
    void saysWhatIsWrongWithTheTarget() throws Exception {
        int closed;
        try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = door.getLocalPort();
        }
        for (String command : List.of("report", "top", "bench")) {
            CommandLineRun absent = CommandLineRun.of(command, "--target", "127.0.0.1:" + closed);
            assertThat(absent.exitCode()).isEqualTo(1);
            assertThat(absent.err()).contains("cachee " + command + ": 127.0.0.1:" + closed + ": ", "refused");
            assertThat(CommandLineRun.of(command, "--target", "nonsense").exitCode())
                    .isEqualTo(2);
            assertThat(CommandLineRun.of(command, "--target", "/no/such/socket").exitCode())
                    .isEqualTo(1);
        }
    }

    @Test
    void saysWhenThePasswordIsMissingOrWrong() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            client.call("CONFIG", "SET", "requirepass", "right");
            String target = "127.0.0.1:" + sidecar.port();
            for (String command : List.of("report", "top", "bench")) {
                CommandLineRun missing = CommandLineRun.of(command, "--target", target);
                assertThat(missing.exitCode()).isEqualTo(1);
                assertThat(missing.err()).contains(target + ": NOAUTH");
                CommandLineRun wrong = CommandLineRun.of(command, "--target", target, "--password", "wrong");
                assertThat(wrong.exitCode()).isEqualTo(1);
                assertThat(wrong.err()).contains(target + ": WRONGPASS");
            }
            assertThat(CommandLineRun.of("report", "--target", target, "--password", "right")
                            .exitCode())
                    .isZero();
        }
    }
}
