package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the sidecar tells of itself that a redis-server tells, too, in figures of its own. */
class ServerFiguresTest {
    private final TestSidecar sidecar = TestSidecar.start();
    private final RespClient client = sidecar.connect();

    ServerFiguresTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        client.close();
        sidecar.close();
    }

    private String keyspace() throws IOException {
        return client.ask("INFO keyspace").string();
    }

    private static long figure(String text, String name) {
        Matcher matcher = Pattern.compile(name + "=(\\d+)").matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    @Test
    void tellsWhatTheProcessUses() throws IOException {
        String cpu = client.ask("INFO cpu").string();
        assertThat(cpu).containsPattern("used_cpu_user:\\d*[1-9]\\d*\\.\\d+").doesNotContain("# Memory");
        long threads = figure(cpu.replace(':', '='), "cachee_threads");
        assertThat(threads).isGreaterThan(Thread.getAllStackTraces().size() / 2);
        String memory = client.ask("INFO memory").string().replace(':', '=');
        assertThat(figure(memory, "used_memory_rss")).isBetween(10L << 20, 100L << 30);
        assertThat(figure(memory, "total_system_memory")).isGreaterThan(figure(memory, "used_memory_rss"));
    }

    @Test
    void fewKeysThatExpireAreCounted() throws IOException {
        for (int i = 0; i < 20; i++) {
            client.ask("SET k" + i + " v");
            client.ask("SET passing" + i + " v EX 1000");
        }
        client.ask("SELECT 3");
        client.ask("SET k v EX 1000");
        client.ask("SET other v");
        client.ask("SET another v");
        assertThat(keyspace()).contains("db0:keys=40,expires=20,avg_ttl=", "db3:keys=3,expires=1,avg_ttl=");
        assertThat(figure(keyspace(), "avg_ttl")).isBetween(1L, 1_000_000L);
        client.ask("PERSIST k");
        assertThat(keyspace()).contains("db3:keys=3,expires=0,avg_ttl=0");
    }

    @Test
    void manyKeysThatExpireAreEstimated() throws IOException {
        int keys = 20_000;
        for (int i = 0; i < keys; i++) {
            if (i % 4 == 0) {
                client.send("SET", "k" + i, "v", "EX", "1000");
            } else {
                client.send("SET", "k" + i, "v");
            }
            if (i % 100 == 99) {
                for (int j = 0; j < 100; j++) {
                    client.reply();
                }
            }
        }
        assertThat(figure(keyspace(), "keys")).isEqualTo(keys);
        assertThat(figure(keyspace(), "expires")).isBetween(keys / 8L, keys / 2L);
    }

    @Test
    void latenciesAreCountedByCommand() throws IOException {
        for (int i = 0; i < 10; i++) {
            client.ask("GET absent");
        }
        List<RespValue> map =
                client.ask("LATENCY HISTOGRAM get set nosuchcommand GET").items();
        assertThat(map).hasSize(2);
        assertThat(map.getFirst().string()).isEqualTo("get");
        expectHistogram(map.get(1), 10);
        List<String> names = new ArrayList<>();
        List<RespValue> all = client.ask("LATENCY HISTOGRAM").items();
        for (int i = 0; i < all.size(); i += 2) {
            names.add(all.get(i).string());
        }
        assertThat(names).contains("get", "latency|histogram").doesNotContain("set");
        client.ask("HELLO 3");
        RespValue inResp3 = client.ask("LATENCY HISTOGRAM get");
        assertThat(inResp3.type()).isEqualTo('%');
        assertThat(inResp3.items().get(1).type()).isEqualTo('%');
    }

    private static void expectHistogram(RespValue value, int calls) {
        List<RespValue> fields = value.items();
        assertThat(fields.get(0).string()).isEqualTo("calls");
        assertThat(fields.get(1).text()).isEqualTo(String.valueOf(calls));
        assertThat(fields.get(2).string()).isEqualTo("histogram_usec");
        long lastBound = 0;
        long lastCount = 0;
        List<RespValue> steps = fields.get(3).items();
        for (int i = 0; i < steps.size(); i += 2) {
            long bound = Long.parseLong(String.valueOf(steps.get(i).text()));
            long count = Long.parseLong(String.valueOf(steps.get(i + 1).text()));
            assertThat(bound).isGreaterThan(lastBound);
            assertThat(count).isGreaterThan(lastCount);
            lastBound = bound;
            lastCount = count;
        }
        assertThat(lastCount).isEqualTo(calls);
    }

    @Test
    void thereAreNoStatisticsOfAnAllocator() throws IOException {
        assertThat(client.ask("MEMORY MALLOC-STATS").string())
                .isEqualTo("Stats not supported for the current allocator");
        assertThat(client.ask("MEMORY MALLOC-STATS x").text()).startsWith("ERR wrong number of arguments");
        for (String command : List.of("MEMORY", "LATENCY", "PUBSUB")) {
            assertThat(client.ask(command + " HELP").items())
                    .as(command)
                    .last()
                    .extracting(RespValue::text)
                    .isEqualTo("    Prints this help.");
        }
    }
}
