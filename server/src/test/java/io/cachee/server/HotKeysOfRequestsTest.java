package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.net.Tool;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HOTKEYS and OBJECT FREQ: which keys are read, and have the bytes, whatever the requests look like. */
final class HotKeysOfRequestsTest {
    private static final int ROUNDS = 2_000;

    private final TestSidecar sidecar = TestSidecar.start();
    private final RespClient client = sidecar.connect();

    HotKeysOfRequestsTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        client.close();
        sidecar.close();
    }

    /** The keys of one kind with their shares in thousandths. */
    private Map<String, Long> shares(String kind) throws IOException {
        List<RespValue> kinds = client.ask("HOTKEYS COUNT 128").items();
        Map<String, Long> shares = new LinkedHashMap<>();
        for (RespValue entry :
                kinds.get(kinds.get(0).string().equals(kind) ? 1 : 3).items()) {
            List<RespValue> parts = entry.items();
            shares.put(parts.get(0).string(), number(parts.get(2)));
        }
        return shares;
    }

    private static long number(RespValue value) {
        return Long.parseLong(String.valueOf(value.text()));
    }

    private long frequency(String key) throws IOException {
        return number(client.call("OBJECT", "FREQ", key));
    }

    @Test
    void fewAccessesAreCountedExactly() throws IOException {
        client.ask("SET first 1");
        client.ask("GET first");
        assertThat(shares("reads")).containsExactly(Map.entry("first", 1_000L));
        for (int i = 0; i < 3; i++) {
            client.ask("GET second");
        }
        assertThat(shares("reads")).containsExactly(Map.entry("second", 750L), Map.entry("first", 250L));
    }

    @Test
    void manyKeysThatAreWrittenOnceAreNotHot() throws IOException {
        for (int i = 0; i < 200; i++) {
            client.call("SET", "k:" + i, "value");
        }
        assertThat(shares("bytes")).isNotEmpty();
        assertThat(shares("bytes").values())
                .allSatisfy(share -> assertThat(share).isLessThan(20));
    }

    @Test
    void aKeyThatIsNeverTheFirstIsFound() throws IOException {
        for (int i = 0; i < 4 * ROUNDS; i++) {
            client.call("MGET", "cold:" + i, "hot", "cool:" + i, "chill:" + i);
        }
        assertThat(shares("reads").entrySet().iterator().next().getKey()).isEqualTo("hot");
        assertThat(shares("reads").get("hot")).isBetween(150L, 350L);
    }

    @Test
    void aRequestWithManyKeysChargesEachWithItsOwnBytes() throws IOException {
        List<String> request = new ArrayList<>(List.of("MSET"));
        for (int i = 0; i < 200; i++) {
            request.add("k:" + i);
            request.add(i == 150 ? "x".repeat(4_000) : "x".repeat(20));
        }
        for (int i = 0; i < ROUNDS / 10; i++) {
            client.call(request.toArray());
        }
        Map<String, Long> bytes = shares("bytes");
        assertThat(bytes.entrySet().iterator().next().getKey()).isEqualTo("k:150");
        assertThat(bytes.get("k:150")).isBetween(250L, 650L);
        assertThat(bytes.getOrDefault("k:0", 0L)).isLessThan(20);
    }

    @Test
    void deletedKeysAreChargedToo() throws IOException {
        client.ask("DEL a b c");
        assertThat(shares("bytes")).containsOnlyKeys("a", "b", "c");
        assertThat(shares("reads")).isEmpty();
    }

    @Test
    void frequencyIsKnownBeforeTheStoreIsFull() throws IOException {
        client.ask("SET warm 1");
        client.ask("SET hot 1");
        client.ask("SET cold 1");
        assertThat(frequency("cold")).isZero();
        for (int i = 0; i < 5; i++) {
            client.ask("GET warm");
        }
        assertThat(frequency("warm")).isGreaterThanOrEqualTo(5);
        for (int i = 0; i < ROUNDS; i++) {
            client.ask("GET hot");
        }
        assertThat(frequency("hot")).isBetween(frequency("warm") + 1, 255L);
        assertThat(frequency("cold")).isZero();
    }

    @Test
    void redisCliFindsHotKeysBeforeTheStoreIsFull() throws Exception {
        for (int i = 0; i < 100; i++) {
            client.call("SET", "k:" + i, "v");
        }
        for (int i = 0; i < ROUNDS; i++) {
            client.ask("GET k:77");
        }
        if (Tool.isAbsent("redis-cli")) {
            return;
        }
        String said = Tool.run("redis-cli", "-p", String.valueOf(sidecar.port()), "--hotkeys");
        assertThat(said).contains("hot key found with counter: ").contains("keyname: \"k:77\"");
        assertThat(said.indexOf("keyname: ")).isEqualTo(said.indexOf("keyname: \"k:77\""));
    }
}
