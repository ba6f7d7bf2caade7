package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What travels over a client's own connection to L2, and what does not. */
final class OwnConnectionTest {
    private static final String NOT_ALLOWED = "-ERR Command not allowed inside a transaction";

    private RedisServerProcess redis;
    private TestSidecar sidecar;
    private RespClient direct;
    private RespClient client;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        sidecar = TestSidecar.before("redis://127.0.0.1:" + redis.port());
        direct = redis.connect();
        client = sidecar.connect();
        client.ask("ECHO x");
        client.ask("GET k");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        direct.close();
        sidecar.close();
        redis.close();
    }

    private long connections() throws IOException {
        Matcher matcher = Pattern.compile("total_connections_received:(\\d+)")
                .matcher(direct.ask("INFO stats").string());
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private List<String> together(int replies, String... lines) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String line : lines) {
            all.writeBytes(RespClient.encode(RespClient.words(line).toArray()));
        }
        client.sendRaw(all.toByteArray());
        List<String> got = new ArrayList<>();
        for (int i = 0; i < replies; i++) {
            got.add(client.message().toString());
        }
        return got;
    }

    // ---------------------------------------------------------------- transactions

    @Test
    void endsNoTransactionWithoutAskingL2() throws Exception {
        long before = connections();
        for (String line : List.of("EXEC", "DISCARD", "UNWATCH", "EXEC x")) {
            assertThat(client.ask(line)).hasToString(direct.ask(line).toString());
        }
        assertThat(together(5, "SET k v", "EXEC", "GET k", "UNWATCH", "DISCARD"))
                .containsExactly("+OK", "-ERR EXEC without MULTI", "$v", "+OK", "-ERR DISCARD without MULTI");
        assertThat(client.ask("MULTI")).hasToString("+OK");
        assertThat(client.ask("DISCARD")).hasToString("+OK");
        assertThat(client.ask("DISCARD")).hasToString("-ERR DISCARD without MULTI");
        assertThat(connections()).isEqualTo(before);
    }

    @Test
    void watchesOnAfterAnExecWithoutMulti() throws Exception {
        for (String mistake : List.of("EXEC", "DISCARD")) {
            List<String> replies = new ArrayList<>();
            for (RespClient each : List.of(direct, client)) {
                List<String> own = new ArrayList<>();
                for (String line : List.of("WATCH watched", mistake)) {
                    own.add(each.ask(line).toString());
                }
                redis.call("SET", "watched", "changed");
                for (String line : List.of("MULTI", "SET watched mine", "EXEC", "GET watched")) {
                    own.add(each.ask(line).toString());
                }
                replies.add(own.toString());
            }
            assertThat(replies.getLast()).isEqualTo(replies.getFirst()).contains("*nil, $changed");
        }
    }

    // ---------------------------------------------------------------- the cache's own commands

    private void assertLeases() throws IOException {
        RespValue lease = client.ask("CACHEE.LEASE user:1 PX 60000");
        assertThat(lease.item(0)).hasToString("$LEASE");
        String token = lease.item(1).string();
        assertThat(client.ask("CACHEE.LEASE user:1").item(0)).hasToString("$WAIT");
        assertThat(client.ask("CACHEE.FILL user:1 wrong v")).hasToString(":0");
        assertThat(client.ask("CACHEE.FILL user:1 " + token + " v")).hasToString(":1");
        assertThat(client.ask("GET user:1")).hasToString("$v");
        assertThat(client.ask("CACHEE.LEASE user:1")).hasToString("*[$VALUE, $v]");
        String other = client.ask("CACHEE.LEASE user:2").item(1).string();
        assertThat(client.ask("CACHEE.RELEASE user:2 " + other)).hasToString(":1");
        assertThat(client.ask("CACHEE.PURGE user:")).hasToString(":1");
        assertThat(client.ask("GET user:1").isNull()).isTrue();
        assertThat(client.ask("HOTKEYS").toString()).doesNotStartWith("-");
        assertThat(client.ask("CACHEE.PURGE").toString()).startsWith("-ERR wrong number of arguments");
    }

    @Test
    void runsTheCachesCommandsForAListener() throws Exception {
        client.call("HELLO", 3);
        // The first forwarded request opens the shared connection of RESP3.
        client.ask("TYPE x");
        assertThat(together(1, "SUBSCRIBE news")).containsExactly(">[$subscribe, $news, :1]");
        long before = connections();
        assertLeases();
        direct.ask("PUBLISH news hello");
        assertThat(client.message()).hasToString(">[$message, $news, $hello]");
        assertThat(connections()).isEqualTo(before);
        assertThat(together(1, "UNSUBSCRIBE news")).containsExactly(">[$unsubscribe, $news, :0]");
        assertLeases();
    }

    @Test
    void runsThemForWhoWatchesKeys() throws Exception {
        assertThat(client.ask("WATCH watched")).hasToString("+OK");
        assertLeases();
        direct.ask("SET watched changed");
        client.ask("MULTI");
        client.ask("SET k v");
        assertThat(client.ask("EXEC")).hasToString("*nil");
    }

    @Test
    void runsThemAfterWhatTheListenerHasSentBefore() throws Exception {
        client.call("HELLO", 3);
        together(1, "SUBSCRIBE news");
        for (int i = 0; i < 100; i++) {
            String[] lines = {
                "SET user:1 v" + i,
                "CACHEE.LEASE user:1",
                "MSET user:2 a user:3 b",
                "CACHEE.PURGE user:",
                "EXISTS user:1 user:2 user:3",
                "SET user:1 again",
                "CACHEE.FILL user:1 none none",
                "APPEND user:1 !",
                "CACHEE.PURGE user:",
                "GET user:1"
            };
            assertThat(together(10, lines))
                    .containsExactly(
                            "+OK", "*[$VALUE, $v" + i + "]", "+OK", ":3", ":0", "+OK", ":0", ":6", ":1", "_nil");
        }
    }

    @Test
    void refusesThemWithinATransactionWhichFails() throws Exception {
        for (String line : List.of("CACHEE.LEASE k", "CACHEE.FILL k t v", "CACHEE.RELEASE k t", "CACHEE.PURGE k")) {
            for (String begin : List.of("WATCH k", "UNWATCH")) {
                client.ask(begin);
                assertThat(client.ask("MULTI")).hasToString("+OK");
                assertThat(client.ask("SET k v")).hasToString("+QUEUED");
                assertThat(client.ask(line)).hasToString(NOT_ALLOWED);
                assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
                assertThat(client.ask("GET k")).hasToString("$nil");
            }
        }
    }

    // ---------------------------------------------------------------- what was written

    @Test
    void forgetsWhatAListenerWroteAndNothingElseAfterwards() throws Exception {
        try (RespClient reader = sidecar.connect()) {
            client.call("HELLO", 3);
            together(1, "SUBSCRIBE news");
            for (String line : List.of("SET k v", "FLUSHDB", "EVAL return{1} 0", "SET k w")) {
                assertThat(client.ask(line).toString()).doesNotStartWith("-");
            }
            assertThat(reader.ask("GET k")).hasToString("$w");
            long flushes = sidecar.proxy().nearCache().flushes();
            String hits = hits(reader);
            for (int i = 0; i < 50; i++) {
                direct.call("PUBLISH", "news", i);
                assertThat(client.message()).hasToString(">[$message, $news, $" + i + "]");
            }
            assertThat(sidecar.proxy().nearCache().flushes()).isEqualTo(flushes);
            assertThat(reader.ask("GET k")).hasToString("$w");
            assertThat(hits(reader)).isNotEqualTo(hits);
        }
    }

    private static String hits(RespClient by) throws IOException {
        Matcher matcher = Pattern.compile("keyspace_hits:\\d+")
                .matcher(by.ask("INFO stats").string());
        assertThat(matcher.find()).isTrue();
        return matcher.group();
    }
}
