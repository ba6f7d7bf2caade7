package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing that a client sends changes the state of a connection to L2 that clients share. */
final class SharedConnectionStateTest {
    /** Commands that are known to change a connection, to get no reply, or several. */
    private static final List<String> LINES = List.of(
            "READONLY",
            "READWRITE",
            "ASKING",
            "RESTORE-ASKING k 0 x",
            "DEBUG PROTOCOL push",
            "CLIENT NO-TOUCH ON",
            "CLIENT NO-EVICT ON",
            "CLIENT TRACKING ON",
            "CLIENT TRACKING ON BCAST",
            "CLIENT CACHING YES",
            "CLIENT SETNAME evil",
            "CLIENT SETINFO LIB-NAME evil",
            "CLIENT CAPA redirect",
            "CLIENT IMPORT-SOURCE ON",
            "CLIENT KILL TYPE pubsub",
            "CLIENT UNBLOCK 1",
            "HELLO 2",
            "HELLO 3 SETNAME evil",
            "AUTH default evil",
            "SELECT 3",
            "RESET",
            "QUIT",
            "MULTI",
            "WATCH k",
            "MONITOR",
            "SUBSCRIBE a b c",
            "PSUBSCRIBE a b c",
            "SSUBSCRIBE a b c",
            "UNSUBSCRIBE",
            "WAIT 0 1",
            "WAITAOF 0 0 1",
            "BLPOP none 0.01",
            "XREAD BLOCK 1 STREAMS none $",
            "REPLCONF ACK 1",
            "PSYNC ? -1",
            "SCRIPT DEBUG YES",
            "SCRIPT SHOW x",
            "SCRIPT KILL",
            "FUNCTION KILL",
            "FUNCTION FLUSH",
            "FUNCTION STATS",
            "FUNCTION LOAD \"#!lua name=l\\x0aredis.register_function('f', function() return redis.call('select', 3)"
                    + " end)\"",
            "FCALL f 0",
            "EVAL \"return redis.call('select', 3)\" 0",
            "EVAL \"redis.setresp(3) return redis.call('hgetall', 'h')\" 0",
            "EVAL \"return redis.call('blpop', 'none', 0)\" 0",
            "EVAL \"return redis.call('xread', 'block', 0, 'streams', 'none', '$')\" 0",
            "EVAL \"return redis.call('subscribe', 'x')\" 0",
            "EVAL \"return redis.call('client', 'reply', 'off')\" 0",
            "EVAL \"return redis.call('client', 'tracking', 'on')\" 0",
            "EVAL \"return redis.call('readonly')\" 0",
            "EVAL \"return redis.call('asking')\" 0",
            "EVAL \"return redis.call('monitor')\" 0",
            "EVAL \"return redis.call('multi')\" 0",
            "EVAL \"return redis.call('replconf', 'ack', 1)\" 0",
            "EVAL \"return redis.call('wait', 1, 0)\" 0",
            "EVAL \"return redis.call('quit')\" 0",
            "EVAL \"return redis.call('debug', 'protocol', 'push')\" 0");

    /** These have no reply. */
    private static final List<String> SILENT = List.of("CLIENT REPLY OFF", "CLIENT REPLY SKIP");

    private static final List<String> STATE =
            List.of("name", "db", "sub", "psub", "ssub", "multi", "flags", "redir", "resp", "user");

    private RedisServerProcess redis;
    private TestSidecar sidecar;
    private RespClient direct;
    private RespClient inResp2;
    private RespClient inResp3;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start("--enable-debug-command", "yes");
        sidecar = TestSidecar.with()
                .before(L2Options.of("redis://127.0.0.1:" + redis.port()))
                .administering()
                .startCoherent();
        sidecar.proxy().nearCache().l2().learnCommands().join();
        direct = redis.connect();
        inResp2 = sidecar.connect();
        inResp3 = sidecar.connect();
        inResp3.call("HELLO", 3);
        inResp2.ask("HSET h f v");
        assertOthersAreServed();
    }

    @AfterEach
    void stop() throws IOException {
        inResp3.close();
        inResp2.close();
        direct.close();
        sidecar.close();
        redis.close();
    }

    private void assertOthersAreServed() throws IOException {
        for (RespClient other : List.of(inResp2, inResp3)) {
            assertThat(other.ask("HGET h f")).hasToString("$v");
            assertThat(other.ask("HLEN h")).hasToString(":1");
        }
        assertThat(inResp3.ask("HGETALL h")).hasToString("%[$f, $v]");
        assertThat(inResp2.ask("HGETALL h")).hasToString("*[$f, $v]");
    }

    /** What L2 says of each of the sidecar's connections, by its number. */
    private Map<String, Map<String, String>> states() throws IOException {
        Map<String, Map<String, String>> all = new TreeMap<>();
        for (String line : direct.ask("CLIENT LIST").string().lines().toList()) {
            Map<String, String> fields = new TreeMap<>();
            for (String field : line.split(" ", -1)) {
                String[] parts = field.split("=", 2);
                fields.put(parts[0], parts.length < 2 ? "" : parts[1]);
            }
            String id = fields.getOrDefault("id", "");
            fields.keySet().retainAll(STATE);
            if (fields.getOrDefault("name", "").equals("cachee")) {
                all.put(id, fields);
            }
        }
        return all;
    }

    @Test
    void staysAsItIs() throws Exception {
        Map<String, Map<String, String>> before = states();
        assertThat(before).hasSizeGreaterThanOrEqualTo(3);
        for (int protocol = 2; protocol <= 3; protocol++) {
            for (String line : LINES) {
                try (RespClient client = sidecar.connect()) {
                    client.call("HELLO", protocol);
                    client.send(RespClient.words(line).toArray());
                    client.message();
                    assertSame(before, line);
                }
            }
            for (String line : SILENT) {
                try (RespClient client = sidecar.connect()) {
                    client.call("HELLO", protocol);
                    client.send(RespClient.words(line).toArray());
                    client.send("HGET", "h", "f");
                    client.send("CLIENT", "REPLY", "ON");
                    assertThat(client.message()).hasToString("+OK");
                    assertSame(before, line);
                }
            }
        }
    }

    private void assertSame(Map<String, Map<String, String>> before, String line) throws IOException {
        assertOthersAreServed();
        assertThat(states()).as(line).containsAllEntriesOf(before);
        assertThat(sidecar.proxy().nearCache().l2().status().totals().outOfStep())
                .as(line)
                .isZero();
    }
}
