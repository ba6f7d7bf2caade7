package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** COMMAND before an L2: L2's list and, behind it, the commands that only a Cachee has. */
final class CommandListBeforeL2Test {
    private static final List<String> OURS =
            List.of("cachee.lease", "cachee.fill", "cachee.release", "cachee.purge", "hotkeys", "cachee.explain");

    private static RedisServerProcess redis;
    private static TestSidecar sidecar;
    private RespClient direct;
    private RespClient client;

    @BeforeAll
    static void startAll() throws Exception {
        redis = RedisServerProcess.start();
        sidecar = TestSidecar.before("redis://127.0.0.1:" + redis.port());
        sidecar.proxy().nearCache().l2().learnCommands().join();
    }

    @AfterAll
    static void stopAll() {
        sidecar.close();
        redis.close();
    }

    @BeforeEach
    void start() throws IOException {
        direct = redis.connect();
        client = sidecar.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        direct.close();
    }

    private void speak(int protocol) throws IOException {
        direct.call("HELLO", protocol);
        client.call("HELLO", protocol);
    }

    private static List<String> texts(RespValue list) {
        return list.items().stream().map(RespValue::toString).toList();
    }

    private static List<String> names(List<RespValue> rows) {
        return rows.stream().map(row -> row.item(0).string()).toList();
    }

    private static Object[] infoOf(List<String> names) {
        return Stream.concat(Stream.of("COMMAND", "INFO"), names.stream()).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void listsL2sCommandsAndOurs(int protocol) throws Exception {
        speak(protocol);
        for (String line : List.of("COMMAND", "COMMAND INFO")) {
            List<RespValue> theirs = direct.ask(line).items();
            List<RespValue> all = client.ask(line).items();
            assertThat(all).hasSize(theirs.size() + OURS.size());
            assertThat(all.subList(0, theirs.size())).hasToString(theirs.toString());
            assertThat(names(all.subList(theirs.size(), all.size()))).containsExactlyInAnyOrderElementsOf(OURS);
        }
        long count = direct.ask("COMMAND COUNT").number();
        assertThat(client.ask("COMMAND COUNT").number()).isEqualTo(count + OURS.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void listsTheirNames(int protocol) throws Exception {
        speak(protocol);
        List<String> wanted = new ArrayList<>(texts(direct.ask("COMMAND LIST")));
        OURS.forEach(name -> wanted.add("$" + name));
        assertThat(texts(client.ask("COMMAND LIST"))).containsExactlyInAnyOrderElementsOf(wanted);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void listsTheNamesThatAFilterLeaves(int protocol) throws Exception {
        speak(protocol);
        List<String> filters = List.of("PATTERN *ea*", "PATTERN nothing*", "PATTERN cachee.f*", "ACLCAT string");
        for (String filter : filters) {
            String line = "COMMAND LIST FILTERBY " + filter;
            List<String> wanted = new ArrayList<>(texts(direct.ask(line)));
            OURS.stream()
                    .filter(name -> switch (filter) {
                        case "PATTERN *ea*" -> name.contains("ea");
                        case "PATTERN cachee.f*" -> name.startsWith("cachee.f");
                        case "ACLCAT string" ->
                            !List.of("cachee.explain", "cachee.purge", "hotkeys")
                                    .contains(name);
                        default -> false;
                    })
                    .forEach(name -> wanted.add("$" + name));
            assertThat(texts(client.ask(line))).as(filter).containsExactlyInAnyOrderElementsOf(wanted);
        }
        for (String wrong : List.of("COMMAND LIST FILTERBY BOGUS x", "COMMAND LIST FILTERBY MODULE none")) {
            assertThat(client.ask(wrong)).hasToString(direct.ask(wrong).toString());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void describesThem(int protocol) throws Exception {
        speak(protocol);
        assertThat(client.ask("COMMAND INFO get XGROUP nothing"))
                .hasToString(direct.ask("COMMAND INFO get XGROUP nothing").toString());
        assertThat(client.ask("COMMAND INFO nothing"))
                .hasToString(direct.ask("COMMAND INFO nothing").toString());

        List<RespValue> ours = client.call(infoOf(OURS)).items();
        assertThat(names(ours)).isEqualTo(OURS);
        assertThat(client.ask("COMMAND INFO CACHEE.LEASE").item(0))
                .hasToString(ours.getFirst().toString());

        List<RespValue> mixed =
                client.ask("COMMAND INFO get cachee.fill nothing set hotkeys").items();
        List<RespValue> theirs = direct.ask("COMMAND INFO get nothing set").items();
        assertThat(mixed).hasSize(5);
        assertThat(mixed.get(0)).hasToString(theirs.get(0).toString());
        assertThat(mixed.get(1)).hasToString(ours.get(1).toString());
        assertThat(mixed.get(2)).hasToString(theirs.get(1).toString());
        assertThat(mixed.get(3)).hasToString(theirs.get(2).toString());
        assertThat(mixed.get(4)).hasToString(ours.get(4).toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void findsTheKeysOfARequest(int protocol) throws Exception {
        speak(protocol);
        for (String request : List.of(
                "SET k v", "EVAL x 2 a b c", "XREAD COUNT 1 STREAMS s t 0 0", "PING", "PING x", "NOTHING k", "GET")) {
            String line = "COMMAND GETKEYS " + request;
            assertThat(client.ask(line)).as(line).hasToString(direct.ask(line).toString());
        }
        assertThat(client.ask("COMMAND GETKEYS cachee.lease k PX 100")).hasToString("*[$k]");
        assertThat(client.ask("COMMAND GETKEYS CACHEE.FILL k token v")).hasToString("*[$k]");
        for (String withoutKeys : List.of("cachee.purge prefix", "hotkeys x")) {
            assertThat(client.ask("COMMAND GETKEYS " + withoutKeys))
                    .hasToString("-ERR The command has no key arguments");
        }
        assertThat(client.ask("COMMAND GETKEYS cachee.fill k"))
                .hasToString("-ERR Invalid number of arguments specified for command");
    }
}
