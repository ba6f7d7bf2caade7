package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.store.Stamp;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A sidecar before a redis-server, which is asked as well what it was asked. */
final class BeforeL2Test {
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
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        direct.close();
        sidecar.close();
        redis.close();
    }

    /** How often L2 was asked this. */
    private long calls(String command) throws IOException {
        String stats = direct.call("INFO", "commandstats").string();
        Matcher matcher =
                Pattern.compile("cmdstat_" + command + ":calls=(\\d+)").matcher(stats);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private String get(String key) throws IOException {
        return client.call("GET", key).toString();
    }

    private void awaitSeen(RespClient by, String key, String reply) throws Exception {
        Await.until(key + " is " + reply, () -> by.call("GET", key).toString().equals(reply));
    }

    @Test
    void answersFromL1WhatItHasLoadedOnce() throws Exception {
        direct.call("SET", "k", "value");
        assertThat(get("k")).isEqualTo("$value");
        try (SeenRequests seen = new SeenRequests(redis)) {
            for (int i = 0; i < 50; i++) {
                assertThat(get("k")).isEqualTo("$value");
                assertThat(client.ask("MGET k k")).hasToString("*[$value, $value]");
                assertThat(client.ask("EXISTS k")).hasToString(":1");
                assertThat(client.ask("STRLEN k")).hasToString(":5");
                assertThat(client.ask("GETRANGE k 1 -2")).hasToString("$alu");
                assertThat(client.ask("TTL k")).hasToString(":-1");
            }
            assertThat(seen.gets()).isZero();
        }
        assertThat(calls("exists") + calls("strlen") + calls("getrange") + calls("mget") + calls("ttl"))
                .isZero();
    }

    @Test
    void remembersThatAKeyIsNotThereUntilItIs() throws Exception {
        assertThat(get("absent")).isEqualTo("$nil");
        try (SeenRequests seen = new SeenRequests(redis)) {
            assertThat(get("absent")).isEqualTo("$nil");
            assertThat(client.ask("EXISTS absent")).hasToString(":0");
            assertThat(client.ask("TTL absent")).hasToString(":-2");
            assertThat(client.ask("STRLEN absent")).hasToString(":0");
            assertThat(seen.gets()).isZero();
        }
        assertThat(calls("exists")).isZero();
        direct.call("SET", "absent", "here");
        awaitSeen(client, "absent", "$here");
    }

    @Test
    void seesWhatOthersWrite() throws Exception {
        try (TestSidecar second = TestSidecar.before("redis://127.0.0.1:" + redis.port());
                RespClient other = second.connect()) {
            for (int i = 0; i < 50; i++) {
                direct.call("SET", "k", "direct" + i);
                awaitSeen(client, "k", "$direct" + i);
                awaitSeen(other, "k", "$direct" + i);
                client.call("SET", "k", "through" + i);
                awaitSeen(other, "k", "$through" + i);
            }
            direct.call("DEL", "k");
            awaitSeen(client, "k", "$nil");
            direct.call("SET", "k", "again");
            awaitSeen(client, "k", "$again");
            direct.call("FLUSHALL");
            awaitSeen(client, "k", "$nil");
            awaitSeen(other, "k", "$nil");
        }
    }

    @Test
    void readsItsOwnWritesAtOnce() throws Exception {
        for (int i = 0; i < 200; i++) {
            client.call("SET", "k", i);
            assertThat(get("k")).isEqualTo("$" + i);
            client.call("APPEND", "k", "x");
            assertThat(get("k")).isEqualTo("$" + i + "x");
            client.call("MSET", "a", i, "k", "m" + i);
            assertThat(client.ask("MGET k a")).hasToString("*[$m" + i + ", $" + i + "]");
            client.call("DEL", "k");
            assertThat(get("k")).isEqualTo("$nil");
            client.call("LPUSH", "k", "item");
            assertThat(client.ask("EXISTS k")).hasToString(":1");
            client.call("DEL", "k");
        }
    }

    @Test
    void readsAtOnceWhatItsScriptsWrote() throws Exception {
        String script = "redis.call('SET', KEYS[1], ARGV[1]); redis.call('SET', 'un' .. 'named', ARGV[1])";
        for (int i = 0; i < 200; i++) {
            client.call("MGET", "named", "unnamed");
            client.send("EVAL", script, 1, "named", i);
            client.send("GET", "named");
            client.send("GET", "unnamed");
            assertThat(client.reply()).hasToString("$nil");
            assertThat(client.reply()).hasToString("$" + i);
            assertThat(client.reply()).hasToString("$" + i);
        }
    }

    @Test
    void readsAtOnceWhatItsTransactionsWrote() throws Exception {
        String script = "redis.call('SET', 'un' .. 'named', ARGV[1])";
        for (int i = 0; i < 100; i++) {
            client.call("MGET", "named", "unnamed");
            client.call("MULTI");
            client.call("SET", "named", i);
            client.call("EVAL", script, 0, i);
            assertThat(client.call("EXEC")).hasToString("*[+OK, $nil]");
            assertThat(client.ask("MGET named unnamed")).hasToString("*[$" + i + ", $" + i + "]");
        }
    }

    @Test
    void readsAtOnceWhatItStoredWhereNoArgumentIsKnownToBeAKey() throws Exception {
        direct.ask("RPUSH list b a");
        for (int i = 0; i < 100; i++) {
            client.call("SET", "sorted", "text");
            assertThat(get("sorted")).isEqualTo("$text");
            client.ask("SORT list ALPHA STORE sorted");
            assertThat(get("sorted")).startsWith("-WRONGTYPE");
            client.ask("DEL stream");
            assertThat(client.ask("EXISTS stream")).hasToString(":0");
            assertThat(get("stream")).isEqualTo("$nil");
            client.ask("XGROUP CREATE stream group $ MKSTREAM");
            assertThat(client.ask("EXISTS stream")).hasToString(":1");
        }
    }

    @Test
    void keepsTheOrderOfWhatIsPipelined() throws Exception {
        for (int round = 0; round < 20; round++) {
            List<String> wanted = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                client.send("SET", "k" + i % 3, round + "-" + i);
                client.send("GET", "k" + i % 3);
                client.send("MGET", "k" + i % 3, "nothing");
                client.send("LPUSH", "list" + round, i);
                client.send("ECHO", i);
                wanted.addAll(List.of(
                        "+OK", "$" + round + "-" + i, "*[$" + round + "-" + i + ", $nil]", ":" + (i + 1), "$" + i));
            }
            List<String> got = new ArrayList<>();
            for (int i = 0; i < wanted.size(); i++) {
                got.add(client.reply().toString());
            }
            assertThat(got).isEqualTo(wanted);
        }
    }

    @Test
    void answersMgetOfEveryKindOfKey() throws Exception {
        direct.ask("MSET hit 1 miss 2");
        direct.ask("RPUSH list a");
        get("hit");
        assertThat(client.ask("MGET hit absent list miss hit")).hasToString("*[$1, $nil, $nil, $2, $1]");
        assertThat(client.ask("MGET hit absent list miss hit")).hasToString("*[$1, $nil, $nil, $2, $1]");
        client.call("HELLO", 3);
        assertThat(client.ask("MGET hit absent list miss")).hasToString("*[$1, _nil, _nil, $2]");
    }

    @Test
    void saysWhatL2RefusesToRead() throws Exception {
        direct.ask("MSET open 1 secret 2");
        direct.ask("ACL SETUSER default resetkeys ~open*");
        String refusal = direct.ask("GET secret").toString();
        assertThat(refusal).startsWith("-NOPERM");
        assertThat(get("secret")).isEqualTo(refusal);
        assertThat(client.ask("MGET open secret")).hasToString(refusal);
    }

    @Test
    void saysWrongTypeAndStillKnowsTheKey() throws Exception {
        direct.ask("RPUSH list a b");
        String refusal = direct.ask("GET list").toString();
        assertThat(get("list")).isEqualTo(refusal);
        assertThat(client.ask("STRLEN list")).hasToString(refusal);
        assertThat(client.ask("EXISTS list")).hasToString(":1");
        assertThat(client.ask("TYPE list")).hasToString("+list");
        direct.ask("SET list text");
        awaitSeen(client, "list", "$text");
    }

    @Test
    void keepsDatabasesApart() throws Exception {
        client.ask("SET k zero");
        assertThat(get("k")).isEqualTo("$zero");
        client.ask("SELECT 1");
        assertThat(get("k")).isEqualTo("$nil");
        client.ask("SET k one");
        assertThat(get("k")).isEqualTo("$one");
        direct.ask("SELECT 1");
        direct.ask("SET k other");
        assertThat(get("k")).isEqualTo("$other");
        client.ask("SELECT 0");
        assertThat(get("k")).isEqualTo("$zero");
        assertThat(client.ask("MGET k")).hasToString("*[$zero]");
    }

    @Test
    void seesWhatIsBroughtFromAnotherDatabase() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(get("moved")).isEqualTo("$nil");
            client.ask("SELECT 1");
            client.ask("SET moved here");
            client.ask("MOVE moved 0");
            client.ask("SELECT 0");
            assertThat(get("moved")).isEqualTo("$here");
            client.ask("SELECT 1");
            client.ask("SET copied there");
            client.ask("COPY copied moved DB 0 REPLACE");
            client.ask("SELECT 0");
            assertThat(get("moved")).isEqualTo("$there");
            client.ask("SELECT 1");
            client.ask("MULTI");
            client.ask("SELECT 0");
            client.ask("SET moved within");
            client.ask("EXEC");
            assertThat(get("moved")).isEqualTo("$within");
            client.ask("DEL moved");
        }
    }

    @Test
    void staysInItsDatabaseWhenATransactionIsNotRun() throws Exception {
        client.ask("SET k zero");
        client.ask("WATCH watched");
        direct.ask("SET watched changed");
        client.ask("MULTI");
        client.ask("SELECT 1");
        assertThat(client.ask("EXEC")).hasToString("*nil");
        assertThat(get("k")).isEqualTo("$zero");
        assertThat(client.ask("GETEX k")).hasToString("$zero");
    }

    @Test
    void givesEachPipelinedCommandOfATransactionItsReply() throws Exception {
        for (String line : List.of("MULTI", "SET k v", "GET", "EXEC", "WATCH k", "GET k", "UNWATCH", "GET k")) {
            client.send(RespClient.words(line).toArray());
        }
        List<String> replies = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            replies.add(client.reply().toString());
        }
        assertThat(replies)
                .containsExactly(
                        "+OK",
                        "+QUEUED",
                        "-ERR wrong number of arguments for 'get' command",
                        "-EXECABORT Transaction discarded because of previous errors.",
                        "+OK",
                        "$nil",
                        "+OK",
                        "$nil");
    }

    @Test
    void refusesToFlushWithoutBeingAllowedTo() throws Exception {
        direct.ask("SET k v");
        try (TestSidecar careful = TestSidecar.with()
                        .before(TestSidecar.impatient("redis://127.0.0.1:" + redis.port()))
                        .refusingToFlush()
                        .startCoherent();
                RespClient user = careful.connect()) {
            for (String flush : List.of("FLUSHALL", "FLUSHDB", "FLUSHALL ASYNC")) {
                assertThat(user.ask(flush).toString()).contains("is not allowed");
                user.ask("MULTI");
                assertThat(user.ask(flush).toString()).contains("is not allowed");
                assertThat(user.ask("EXEC").toString()).startsWith("-EXECABORT");
            }
            assertThat(user.ask("GET k")).hasToString("$v");
        }
        assertThat(client.ask("FLUSHALL")).hasToString("+OK");
        assertThat(get("k")).isEqualTo("$nil");
    }

    @Test
    void refusesWithinATransactionWhatL2CouldNotQueue() throws Exception {
        for (String own : List.of("CONFIG GET maxmemory", "CLIENT ID", "INFO", "ACL WHOAMI", "SHUTDOWN NOSAVE")) {
            client.ask("MULTI");
            assertThat(client.ask("SET k v")).hasToString("+QUEUED");
            assertThat(client.ask(own)).hasToString("-ERR Command not allowed inside a transaction");
            assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
            assertThat(get("k")).isEqualTo("$nil");
        }
        client.ask("MULTI");
        client.ask("SET k v");
        assertThat(client.ask("EXEC")).hasToString("*[+OK]");
        assertThat(client.ask("CLIENT GETNAME")).hasToString("$nil");
    }

    @Test
    void appliesRulesToCommandsThatOnlyL2Knows() throws Exception {
        assertThat(client.ask("ACL SETUSER app on nopass ~app:* +@read +hset +eval -hgetall"))
                .hasToString("+OK");
        assertThat(client.ask("ACL SETUSER most on nopass ~* &* +@all -@dangerous -zadd"))
                .hasToString("+OK");
        assertThat(client.ask("ACL SETUSER scripts on nopass ~* +@all -zadd +@scripting"))
                .hasToString("+OK");
        assertThat(client.ask("ACL SETUSER app +no,name").toString()).contains("Unknown command or category");
        try (RespClient user = sidecar.connect()) {
            user.ask("AUTH app any");
            Await.until(
                    "L2 has said what it knows",
                    () -> !user.ask("HSET app:h f v").toString().startsWith("-"));
            assertThat(user.ask("HGET app:h f")).hasToString("$v");
            for (String denied : List.of("HSET other f v", "HGET other f", "ZADD app:z 1 a", "HGETALL app:h")) {
                assertThat(user.ask(denied).toString()).startsWith("-NOPERM");
            }
            // Its keys are not told by its arguments' places.
            assertThat(user.call("EVAL", "return 1", "1", "app:h").toString()).startsWith("-NOPERM");
            user.ask("MULTI");
            assertThat(user.ask("ZADD app:z 1 a").toString()).startsWith("-NOPERM");
            assertThat(user.ask("EXEC").toString()).startsWith("-EXECABORT");

            user.ask("AUTH most any");
            assertThat(user.ask("HSET other f v")).hasToString(":1");
            // A script could do what the user may not.
            for (String denied : List.of("ZADD z 1 a", "DEBUG SLEEP 0", "EVAL x 0", "EVALSHA x 0", "FCALL f 0")) {
                assertThat(user.ask(denied).toString()).startsWith("-NOPERM");
            }
            user.ask("AUTH scripts any");
            assertThat(user.call("EVAL", "return 1", "0")).hasToString(":1");
        }
    }

    @Test
    void forgetsAllAfterATransactionThatFlushes() throws Exception {
        for (int i = 0; i < 50; i++) {
            client.ask("SET k v");
            assertThat(get("k")).isEqualTo("$v");
            client.ask("MULTI");
            client.ask("FLUSHALL");
            client.ask("EXEC");
            assertThat(get("k")).isEqualTo("$nil");
        }
    }

    @Test
    void leavesUnknownCommandsToL2() throws Exception {
        String refusal = direct.ask("NOSUCH a b").toString();
        assertThat(client.ask("NOSUCH a b")).hasToString(refusal);
        assertThat(client.ask("PING")).hasToString("+PONG");
    }

    @Test
    void neverSaysThatAKeyLivesLongerThanInL2() throws Exception {
        direct.ask("SET k v PX 60000");
        assertThat(get("k")).isEqualTo("$v");
        for (int i = 0; i < 100; i++) {
            long left = direct.ask("PTTL k").number();
            assertThat(client.ask("PTTL k").number()).isBetween(1L, left);
        }
        assertThat(client.ask("PEXPIRETIME k")).isEqualTo(direct.ask("PEXPIRETIME k"));
        assertThat(client.ask("EXPIRETIME k")).isEqualTo(direct.ask("EXPIRETIME k"));
        direct.ask("SET short v PX 150");
        get("short");
        Await.until("it has expired in L2", () -> direct.ask("EXISTS short").number() == 0);
        assertThat(get("short")).isEqualTo("$nil");
    }

    @Test
    void takesAnyBytesAsKeyAndValue() throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        List<byte[]> keys = List.of(all, new byte[] {0}, new byte[] {0, 0}, new byte[] {0, 1, 'k'}, new byte[0]);
        for (byte[] key : keys) {
            client.call("SET", key, all);
            for (int i = 0; i < 2; i++) {
                assertThat(client.call("GET", key).bytes()).isEqualTo(all);
                assertThat(client.call("MGET", key).item(0).bytes()).isEqualTo(all);
            }
            assertThat(direct.call("GET", key).bytes()).isEqualTo(all);
            direct.call("SET", key, "changed");
            Await.until(
                    "the change is seen", () -> client.call("GET", key).string().equals("changed"));
            direct.call("DEL", key);
            Await.until("it is gone", () -> client.call("GET", key).isNull());
        }
        try (SeenRequests seen = new SeenRequests(redis)) {
            keys.forEach(key -> assertThat(read(key).isNull()).isTrue());
            assertThat(seen.gets()).isZero();
        }
    }

    private RespValue read(byte[] key) {
        try {
            return client.call("GET", key);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void passesOnWhatIsTooLargeToBeKept() throws Exception {
        long limit = sidecar.store().maxValueSize();
        for (long size : new long[] {limit - Stamp.BYTES, limit - Stamp.BYTES + 1, limit, limit + 1, 3 * limit}) {
            byte[] value = new byte[(int) size];
            Arrays.fill(value, (byte) size);
            direct.call("SET", "large", value);
            Await.until(
                    "the value is seen", () -> client.call("STRLEN", "large").number() == size);
            assertThat(client.call("GET", "large").bytes()).isEqualTo(value);
            assertThat(client.call("GET", "large").bytes()).isEqualTo(value);
            assertThat(client.call("MGET", "large").item(0).bytes()).isEqualTo(value);
            assertThat(client.call("GETRANGE", "large", -3, -1).bytes()).hasSize(3);
        }
    }

    @Test
    void passesOnKeysThatAreTooLargeToBeKept() throws Exception {
        for (int size : new int[] {65_530, 65_533, 65_534, 65_535, 65_536, 100_000}) {
            byte[] key = new byte[size];
            Arrays.fill(key, (byte) 'k');
            assertThat(client.call("SET", key, size)).hasToString("+OK");
            for (int i = 0; i < 100; i++) {
                assertThat(client.call("GET", key)).hasToString("$" + size);
                assertThat(client.call("MGET", key, "absent")).hasToString("*[$" + size + ", $nil]");
                assertThat(client.call("EXISTS", key)).hasToString(":1");
            }
            assertThat(direct.call("GET", key)).hasToString("$" + size);
            client.call("HELLO", 3);
            client.call("CLIENT", "TRACKING", "on");
            assertThat(client.call("GET", key)).hasToString("$" + size);
            direct.call("SET", key, "changed");
            Await.until(
                    "the change is seen", () -> client.call("GET", key).string().equals("changed"));
            client.call("CLIENT", "TRACKING", "off");
            client.call("HELLO", 2);
        }
    }
}
