package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.RedisCluster;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands on keys that a cluster has on several nodes. */
final class SplitCommandsTest {
    /** Of many slots, on all masters. */
    private static final List<String> KEYS = List.of("a", "b", "c", "d", "e", "f");

    private static RedisCluster cluster;
    private static TestSidecar sidecar;
    private RespClient client;

    @BeforeAll
    static void startAll() throws Exception {
        cluster = RedisCluster.start();
        sidecar = TestSidecar.before(
                "redis-cluster://127.0.0.1:" + cluster.nodes().getFirst().port());
        assertThat(KEYS.stream().map(SplitCommandsTest::port).distinct()).hasSize(3);
    }

    @AfterAll
    static void stopAll() {
        sidecar.close();
        cluster.close();
    }

    @BeforeEach
    void start() throws IOException {
        client = sidecar.connect();
        set("old");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
    }

    private static int port(String key) {
        try {
            return cluster.masterOf(key).port();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What the node says that has the key. */
    private static String atL2(String key) throws IOException {
        try (RespClient direct = cluster.masterOf(key).connect()) {
            return direct.call("GET", key).toString();
        }
    }

    /** Gives all keys this value by one request. */
    private String set(String value) throws IOException {
        Object[] words = Stream.concat(Stream.of("MSET"), KEYS.stream().flatMap(key -> Stream.of(key, value)))
                .toArray();
        return client.call(words).toString();
    }

    @Test
    void setsAllAndForgetsWhatWasKeptOfThem() throws IOException {
        for (String key : KEYS) {
            assertThat(client.call("GET", key)).hasToString("$old");
        }
        assertThat(set("new")).isEqualTo("+OK");
        for (String key : KEYS) {
            assertThat(client.call("GET", key)).hasToString("$new");
            assertThat(atL2(key)).isEqualTo("$new");
        }
    }

    @Test
    void addsUpWhatTheNodesSay() throws IOException {
        assertThat(client.ask("EXISTS a b c a absent")).hasToString(":4");
        assertThat(client.ask("TOUCH a b c absent")).hasToString(":3");
        assertThat(client.ask("GET a")).hasToString("$old");
        assertThat(client.ask("DEL a b absent")).hasToString(":2");
        assertThat(client.ask("GET a")).hasToString("$nil");
        assertThat(client.ask("UNLINK a c d")).hasToString(":2");
        assertThat(client.ask("EXISTS a b c d e f")).hasToString(":2");
        assertThat(atL2("e")).isEqualTo("$old");
    }

    @Test
    void keepsTheOrderOfRequestsAndReplies() throws IOException {
        client.send("MSET", "a", "1", "b", "1", "c", "1");
        client.send("GET", "b");
        client.send("DEL", "a", "b", "c");
        client.send("EXISTS", "a", "b", "c", "d");
        client.send("PING");
        assertThat(client.reply()).hasToString("+OK");
        assertThat(client.reply()).hasToString("$1");
        assertThat(client.reply()).hasToString(":3");
        assertThat(client.reply()).hasToString(":1");
        assertThat(client.reply()).hasToString("+PONG");
    }

    @Test
    void answersByTheErrorOfAnyNode() throws IOException {
        try (RespClient full = cluster.masterOf("a").connect()) {
            full.call("CONFIG", "SET", "maxmemory", "1");
            try {
                assertThat(set("new")).startsWith("-OOM");
            } finally {
                full.call("CONFIG", "SET", "maxmemory", "0");
            }
        }
        assertThat(client.ask("GET a")).hasToString("$old");
        for (String key : KEYS) {
            assertThat(client.call("GET", key)).hasToString(atL2(key));
        }
    }

    @Test
    void tellsClientsThatKeepCopiesOfAllKeysTheyAskedFor() throws Exception {
        client.call("HELLO", 3);
        client.call("CLIENT", "TRACKING", "ON");
        assertThat(client.ask("TOUCH a b c")).hasToString(":3");
        for (String key : List.of("a", "b", "c")) {
            try (RespClient direct = cluster.masterOf(key).connect()) {
                direct.call("SET", key, "changed");
            }
            assertThat(client.message()).hasToString(">[$invalidate, *[$" + key + "]]");
        }
    }

    @Test
    void leavesOthersToTheCluster() throws IOException {
        assertThat(client.ask("MSETNX a 1 b 2").toString()).startsWith("-CROSSSLOT");
        assertThat(client.ask("SINTER a b").toString()).startsWith("-CROSSSLOT");
        assertThat(client.ask("DEL {t}1 {t}2")).hasToString(":0");
    }
}
