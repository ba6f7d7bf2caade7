package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replies of L2 that are larger than the sidecar holds. */
final class LargeRepliesTest {
    private static final int LIMIT = 256 << 10;
    private static final int LARGE = 20 << 20;

    private static final Pattern OUTPUT = Pattern.compile(" omem=(\\d+)");

    private RedisServerProcess redis;
    private FaultProxy proxy;
    private TestSidecar sidecar;
    private RespClient direct;
    private RespClient client;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        proxy = FaultProxy.start(redis.port());
        sidecar = TestSidecar.with()
                .before(TestSidecar.takingReplies("redis://127.0.0.1:" + proxy.port(), LIMIT))
                .startCoherent();
        direct = redis.connect();
        client = sidecar.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        direct.close();
        sidecar.close();
        proxy.close();
        redis.close();
    }

    private static String text(int length) {
        StringBuilder text = new StringBuilder(length + 10);
        for (int i = 0; text.length() < length; i++) {
            text.append(i).append(' ');
        }
        text.setLength(length);
        return text.toString();
    }

    private long feedLosses() throws IOException {
        return line(client.call("INFO", "l2").string(), "l2_feed_losses");
    }

    private static long line(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .sum();
    }

    private long connections() throws IOException {
        return direct.call("CLIENT", "LIST")
                .string()
                .lines()
                .filter(line -> line.contains(" name=cachee"))
                .count();
    }

    private void expectTheSame(Object... request) throws IOException {
        assertThat(client.call(request).equals(direct.call(request))).isTrue();
    }

    @Test
    void areGivenAsL2GivesThem() throws Exception {
        client.call("SET", "small", "v");
        for (int size : new int[] {LIMIT - 20, LIMIT - 9, LIMIT - 8, LIMIT, LIMIT + 1, 1 << 20, LARGE}) {
            String key = "k" + size;
            direct.call("SET", key, text(size));
            expectTheSame("GETRANGE", key, "0", "-1");
            expectTheSame("GET", key);
            expectTheSame("GET", key);
            expectTheSame("GETRANGE", key, "0", "-1");
            expectTheSame("MGET", "small", key, "absent");
        }
        for (int i = 0; i < 2_000; i++) {
            direct.call("RPUSH", "list", text(1_000));
            direct.call("HSET", "hash", "field" + i, text(1_000));
            direct.call("SET", "another key with a long name, and a number: " + i, text(1_000));
        }
        for (int protocol = 2; protocol <= 3; protocol++) {
            client.call("HELLO", protocol);
            direct.call("HELLO", protocol);
            expectTheSame("LRANGE", "list", "0", "-1");
            expectTheSame("HGETALL", "hash");
            assertThat(client.call("KEYS", "*")
                            .sorted()
                            .equals(direct.call("KEYS", "*").sorted()))
                    .isTrue();
            expectTheSame("GET", "k" + LARGE);
        }
        assertThat(client.call("GET", "small")).hasToString("$v");
        assertThat(feedLosses()).isZero();
        Await.until("no connection is left over", () -> connections() <= 3);
    }

    /** What passes through, and is followed by a write of the same client, is not asked for again. */
    private static boolean isOvertaken(RespValue reply) {
        return reply.toString().startsWith("-ERR the reply is too large");
    }

    @Test
    void keepTheirPlaceAmongOthers() throws Exception {
        String large = text(LARGE);
        direct.call("SET", "k", large);
        direct.call("SET", "small", "v");
        for (int i = 0; i < 3; i++) {
            client.send("GET", "small");
            client.send("GET", "k");
            client.send("SET", "small", "v" + i);
            client.send("GETRANGE", "k", 0, -1);
            client.send("LLEN", "list");
            client.send("PING");
        }
        for (int i = 0; i < 3; i++) {
            assertThat(client.reply()).hasToString(i == 0 ? "$v" : "$v" + (i - 1));
            RespValue value = client.reply();
            assertThat(value.string().equals(large) || i > 0 && isOvertaken(value))
                    .isTrue();
            assertThat(client.reply()).hasToString("+OK");
            RespValue range = client.reply();
            assertThat(range.string().equals(large) || isOvertaken(range)).isTrue();
            assertThat(client.reply().number()).isZero();
            assertThat(client.reply()).hasToString("+PONG");
        }
    }

    @Test
    void ofWritesAreErrorsAndTheWriteIsDoneOnce() throws Exception {
        direct.call("SET", "k", text(LARGE));
        direct.call("SET", "other", "v");
        RespValue reply = client.call("GETDEL", "k");
        assertThat(reply.toString())
                .startsWith("-ERR its reply has " + (LARGE + 13) + " bytes")
                .contains("--l2-max-reply");
        assertThat(direct.call("EXISTS", "k").number()).isZero();
        direct.call("RPUSH", "list", text(LARGE), "next");
        assertThat(client.call("LPOP", "list").isError()).isTrue();
        assertThat(client.call("LPOP", "list")).hasToString("$next");
        assertThat(client.call("GET", "other")).hasToString("$v");
        assertThat(feedLosses()).isZero();
    }

    @Test
    void ofTransactionsEndThemWithAnError() throws Exception {
        direct.call("SET", "k", text(LARGE));
        client.call("MULTI");
        client.call("GET", "k");
        client.send("EXEC");
        assertThat(client.reply().toString())
                .startsWith("-ERR L2 gave no answer")
                .contains("--l2-max-reply");
        assertThat(client.call("GET", "k").string()).hasSize(LARGE);
    }

    @Test
    void waitInL2UntilTheClientTakesThem() throws Exception {
        String large = text(3 * LARGE);
        direct.call("SET", "k", large);
        try (RespClient slow = sidecar.connect()) {
            slow.call("CLIENT", "SETNAME", "slow");
            slow.send("GET", "k");
            Await.until("it is under way", () -> held("slow") > 0);
            for (int i = 0; i < 200; i++) {
                client.call("SET", "other", "v" + i);
                assertThat(client.call("GET", "other")).hasToString("$v" + i);
                assertThat(held("slow")).isLessThan(1 << 20);
            }
            assertThat(slow.reply().string().equals(large)).isTrue();
            assertThat(slow.call("PING")).hasToString("+PONG");
        }
    }

    /** What a client has not taken yet. */
    private long held(String name) throws IOException {
        return client.call("CLIENT", "LIST")
                .string()
                .lines()
                .filter(line -> line.contains(" name=" + name))
                .map(OUTPUT::matcher)
                .filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
    }

    @Test
    void leaveNothingBehindWhenTheClientGoes() throws Exception {
        direct.call("SET", "k", text(3 * LARGE));
        client.call("GET", "k");
        Await.until("it is over", () -> connections() <= 2);
        for (int i = 0; i < 2 * 16; i++) {
            try (RespClient leaving = sidecar.connect()) {
                leaving.call("CLIENT", "SETNAME", "leaving");
                leaving.send("GET", "k");
                Await.until("it is under way", () -> held("leaving") > 0);
            }
        }
        Await.until("no connection is left over", () -> connections() <= 2);
        assertThat(client.call("GET", "k").string()).hasSize(3 * LARGE);
    }

    @Test
    void areBoundInNumber() throws Exception {
        String large = text(LARGE);
        direct.call("SET", "k", large);
        List<RespClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                RespClient one = sidecar.connect();
                slow.add(one);
                one.call("CLIENT", "SETNAME", "slow" + i + "-");
                one.send("GET", "k");
                String name = "slow" + i + "-";
                Await.until("it is under way", () -> held(name) > 0);
            }
            assertThat(client.call("GET", "k").toString()).startsWith("-ERR 16 replies too large");
            assertThat(client.call("GETRANGE", "k", "0", "-1").toString()).startsWith("-ERR 16 replies too large");
            for (RespClient one : slow) {
                assertThat(one.reply().string().equals(large)).isTrue();
            }
            Await.until("there is room again", () -> !client.call("GET", "k").isError());
        } finally {
            for (RespClient one : slow) {
                one.close();
            }
        }
    }

    @Test
    void thatBreakOffEndTheConnection() throws Exception {
        direct.call("SET", "k", text(3 * LARGE));
        client.call("SET", "other", "v");
        try (RespClient unlucky = sidecar.connect()) {
            unlucky.call("CLIENT", "SETNAME", "unlucky");
            unlucky.send("GET", "k");
            Await.until("a part of it has been handed on", () -> held("unlucky") > LIMIT / 4);
            proxy.reset();
            assertThatThrownBy(unlucky::reply).isInstanceOf(IOException.class);
        }
        Await.until("L2 is used again", () -> !client.call("GET", "k").isError());
        assertThat(client.call("GET", "k").string()).hasSize(3 * LARGE);
    }

    @Test
    void thatTakeLongDoNotHoldUpReportsOfChanges() throws Exception {
        direct.call("SET", "k", text(4 << 20));
        direct.call("SET", "other", "v");
        assertThat(client.call("GET", "other")).hasToString("$v");
        proxy.delay(15);
        try (RespClient patient = sidecar.connect()) {
            patient.send("GET", "k");
            Await.until("the feed is given up", () -> !sidecar.isCoherent());
            direct.call("SET", "other", "changed");
            assertThat(patient.reply().string()).hasSize(4 << 20);
        }
        proxy.resume();
        Await.until(
                "the change is seen",
                () -> client.call("GET", "other").toString().equals("$changed"));
        long losses = feedLosses();
        assertThat(losses).isPositive();
        assertThat(client.call("GET", "k").string()).hasSize(4 << 20);
        assertThat(feedLosses()).isEqualTo(losses);
    }

    @Test
    void doNotShowWhatTheClientWroteAfterwards() throws Exception {
        for (int i = 0; i < 300; i++) {
            direct.call("RPUSH", "list", text(1_000));
        }
        String whole = direct.call("LRANGE", "list", 0, -1).toString();
        client.sendRaw("LRANGE list 0 -1\r\nDEL list\r\n");
        RespValue list = client.reply();
        assertThat(list.isError() || list.toString().equals(whole)).isTrue();
        assertThat(client.reply().number()).isEqualTo(1);
        assertThat(direct.call("EXISTS", "list").number()).isZero();
        assertThat(client.call("LRANGE", "list", 0, -1)).hasToString("*[]");
    }

    @Test
    void ofManyRequestsInAPipelineAreAllAnswered() throws Exception {
        direct.call("SET", "k", text(2 * LIMIT));
        direct.call("SET", "huge", text(LARGE));
        List<RespClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                String name = "slow" + i + "-";
                RespClient one = sidecar.connect();
                slow.add(one);
                one.call("CLIENT", "SETNAME", name);
                one.send("GET", "huge");
                Await.until("it is under way", () -> held(name) > 0);
            }
            for (int i = 0; i < 3_000; i++) {
                client.send("GET", "k");
            }
            for (int i = 0; i < 3_000; i++) {
                assertThat(client.reply().toString()).startsWith("-ERR 16 replies too large");
            }
        } finally {
            for (RespClient one : slow) {
                one.close();
            }
        }
    }

    @Test
    void ofManyKeysAreNotGatheredHere() throws Exception {
        Object[] request = new Object[101];
        request[0] = "MGET";
        for (int i = 1; i <= 100; i++) {
            request[i] = "k" + i;
            direct.call("SET", "k" + i, text(200_000 + i));
        }
        expectTheSame(request);
        for (int i = 1; i <= 100; i++) {
            expectTheSame("GET", "k" + i);
        }
        expectTheSame(request);
        direct.call("SET", "k7", "changed");
        Await.until(
                "the change is heard of",
                () -> client.call("GET", "k7").toString().equals("$changed"));
        expectTheSame(request);
    }

    @Test
    void ofMoreKeysThanMayBeLoadedAtOnceAreThoseOfL2() throws Exception {
        Object[] request = new Object[40_001];
        request[0] = "MGET";
        for (int i = 1; i <= 40_000; i++) {
            request[i] = "k" + i;
        }
        direct.call("MSET", "k1", "v1", "k20000", "v20000", "k40000", text(2 * LIMIT));
        expectTheSame(request);
        expectTheSame(request);
    }

    @Test
    void areNotServedFromWhatIsOutdated() throws Exception {
        try (TestSidecar tolerant = TestSidecar.before(
                        "redis://127.0.0.1:" + redis.port(), Map.of("default", KeyspacePolicy.DEFAULT));
                RespClient user = tolerant.connect()) {
            direct.call("SET", "k", "small");
            assertThat(user.call("GET", "k")).hasToString("$small");
            direct.call("SET", "k", text(LARGE));
            Await.until(
                    "the change is heard of",
                    () -> user.call("GET", "k").string().length() == LARGE);
        }
    }
}
