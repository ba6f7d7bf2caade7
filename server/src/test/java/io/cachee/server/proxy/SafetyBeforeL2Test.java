package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no client can do to L2, or to the clients it shares a connection with; and in which order it hears what. */
final class SafetyBeforeL2Test {
    private static final List<String> TAKE_OVER = List.of(
            "REPLCONF ACK 1",
            "replconf listening-port 7000",
            "REPLCONF",
            "SYNC",
            "PSYNC ? -1",
            "psync replicationid 1",
            "SCRIPT DEBUG YES",
            "script debug sync",
            "script debug no",
            "Script dEBUG No");

    private static final String REPLICA =
            "' is not passed on to L2: it would turn the connection that clients share" + " into a replica's";
    private static final String DEBUGGER = "-ERR 'script debug' is not passed on to L2: it would turn the connection"
            + " that clients share into a debugger's";

    private RedisServerProcess redis;
    private TestSidecar sidecar;
    private RespClient direct;
    private RespClient client;
    private RespClient other;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        sidecar = TestSidecar.before("redis://127.0.0.1:" + redis.port());
        direct = redis.connect();
        client = sidecar.connect();
        other = sidecar.connect();
    }

    @AfterEach
    void stop() throws IOException {
        other.close();
        client.close();
        direct.close();
        sidecar.close();
        redis.close();
    }

    private static String refusalOf(String line) {
        List<String> words = RespClient.words(line);
        String name = words.getFirst().toLowerCase(Locale.ROOT);
        if (!name.equals("script")) {
            return "-ERR '" + name + REPLICA;
        }
        return words.size() == 3 ? DEBUGGER : "-ERR wrong number of arguments for 'script|debug' command";
    }

    /** A command whose reply is lost or mixed up gives the next command of somebody else the wrong one. */
    private void assertOthersAreServed() throws IOException {
        assertThat(other.ask("LPUSH list a")).hasToString(":1");
        assertThat(other.ask("LRANGE list 0 -1")).hasToString("*[$a]");
        assertThat(other.call("EVAL", "return 'mine'", 0)).hasToString("$mine");
        assertThat(other.ask("DEL list")).hasToString(":1");
    }

    private static void sendTogether(RespClient by, String... lines) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String line : lines) {
            all.writeBytes(RespClient.encode(RespClient.words(line).toArray()));
        }
        by.sendRaw(all.toByteArray());
    }

    private static List<String> next(RespClient by, int count) throws IOException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(by.message().toString());
        }
        return all;
    }

    private static List<String> ask(RespClient by, int replies, String... lines) throws IOException {
        sendTogether(by, lines);
        return next(by, replies);
    }

    // ---------------------------------------------------------------- what would take over a connection

    @Test
    void refusesWhatWouldMakeAnotherThingOfTheSharedConnection() throws Exception {
        for (String line : TAKE_OVER) {
            assertThat(client.ask(line)).hasToString(refusalOf(line));
            assertOthersAreServed();
        }
        assertThat(direct.ask("INFO replication").string()).contains("connected_slaves:0");
        String sha = client.call("SCRIPT", "LOAD", "return 7").string();
        assertThat(client.ask("SCRIPT EXISTS " + sha)).hasToString("*[:1]");
        assertThat(client.ask("SCRIPT FLUSH")).hasToString("+OK");
    }

    @Test
    void refusesItWithinATransactionWhichFails() throws Exception {
        for (String line : TAKE_OVER) {
            assertThat(client.ask("MULTI")).hasToString("+OK");
            assertThat(client.ask(line)).hasToString(refusalOf(line));
            assertThat(client.ask("SET k v")).hasToString("+QUEUED");
            assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
            assertThat(client.ask("GET k")).hasToString("$nil");
            assertThat(client.ask("MULTI")).hasToString("+OK");
            assertThat(client.ask("SET k v")).hasToString("+QUEUED");
            assertThat(client.ask(line)).hasToString(refusalOf(line));
            assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
            assertThat(client.ask("GET k")).hasToString("$nil");
            assertOthersAreServed();
        }
    }

    @Test
    void refusesItAfterWatch() throws Exception {
        for (String line : TAKE_OVER) {
            assertThat(client.ask("WATCH k")).hasToString("+OK");
            assertThat(client.ask(line)).hasToString(refusalOf(line));
            assertThat(client.ask("GET k")).hasToString("$nil");
            assertThat(client.ask("UNWATCH")).hasToString("+OK");
            assertOthersAreServed();
        }
    }

    @Test
    void refusesItOfASubscriber() throws Exception {
        client.call("HELLO", 3);
        client.send("SUBSCRIBE", "c");
        assertThat(client.message()).hasToString(">[$subscribe, $c, :1]");
        for (String line : TAKE_OVER) {
            assertThat(client.ask(line)).hasToString(refusalOf(line));
            assertThat(client.ask("PING x")).hasToString("$x");
        }
        assertThat(client.ask("MULTI")).hasToString("+OK");
        assertThat(client.ask("REPLCONF ACK 1")).hasToString(refusalOf("REPLCONF"));
        assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
        assertThat(client.ask("PING x")).hasToString("$x");
        assertOthersAreServed();
    }

    // ---------------------------------------------------------------- what is about the sidecar

    private static final List<String> OF_ADMINS = List.of(
            "ACL SETUSER evil on nopass ~* &* +@all",
            "ACL LIST",
            "CLIENT LIST",
            "CLIENT KILL TYPE normal",
            "CLIENT PAUSE 1",
            "CONFIG SET maxmemory 1",
            "SHUTDOWN NOSAVE");

    private RespClient ordinaryUser() throws IOException {
        client.ask("ACL SETUSER app on nopass ~* &* +@read +@write +@pubsub +multi +exec +hello +ping");
        RespClient user = sidecar.connect();
        assertThat(user.ask("AUTH app any")).hasToString("+OK");
        return user;
    }

    private void assertRefusesWhatIsOfAdmins(RespClient user) throws IOException {
        String acl = direct.ask("ACL LIST").toString();
        String memory = direct.ask("CONFIG GET maxmemory").toString();
        for (String line : OF_ADMINS) {
            assertThat(user.ask(line).toString()).startsWith("-NOPERM User app has no permissions");
        }
        assertThat(direct.ask("ACL LIST")).hasToString(acl);
        assertThat(direct.ask("CONFIG GET maxmemory")).hasToString(memory);
    }

    @Test
    void appliesTheUsersRulesAfterItHasSubscribedAndUnsubscribed() throws Exception {
        for (String protocol : List.of("2", "3")) {
            try (RespClient user = ordinaryUser()) {
                user.ask("HELLO " + protocol);
                assertThat(ask(user, 2, "SUBSCRIBE x", "UNSUBSCRIBE x").getLast())
                        .contains("unsubscribe, $x, :0");
                assertRefusesWhatIsOfAdmins(user);
                assertThat(user.ask("SET k v")).hasToString("+OK");
                assertThat(user.ask("GET k")).hasToString("$v");
            }
        }
    }

    @Test
    void appliesTheUsersRulesWhileItIsSubscribed() throws Exception {
        try (RespClient user = ordinaryUser()) {
            user.call("HELLO", 3);
            assertThat(ask(user, 1, "SUBSCRIBE x").getFirst()).isEqualTo(">[$subscribe, $x, :1]");
            assertRefusesWhatIsOfAdmins(user);
            assertThat(user.ask("MULTI")).hasToString("+OK");
            assertRefusesWhatIsOfAdmins(user);
            assertThat(user.ask("EXEC").toString()).startsWith("-EXECABORT");
        }
    }

    @Test
    void answersASubscriberAsTheSidecar() throws Exception {
        client.call("HELLO", 3);
        String id = client.ask("CLIENT ID").toString();
        client.ask("CLIENT SETNAME me");
        String version = client.ask("INFO server").string();
        assertThat(version).contains("cachee_version");
        ask(client, 1, "SUBSCRIBE x");
        assertThat(client.ask("CLIENT ID")).hasToString(id);
        assertThat(client.ask("CLIENT GETNAME")).hasToString("$me");
        assertThat(client.ask("ACL SETUSER one on nopass")).hasToString("+OK");
        assertThat(client.ask("ACL USERS").toString()).contains("$one");
        assertThat(direct.ask("ACL USERS")).hasToString("*[$default]");
        assertThat(client.ask("INFO server").string()).contains("cachee_version");
        assertThat(client.ask("CLIENT LIST").string()).contains("name=me");
        assertThat(direct.ask("CLIENT LIST").string()).doesNotContain("name=me");
    }

    @Test
    void refusesWithinASubscribersTransactionWhatL2CouldNotQueue() throws Exception {
        client.call("HELLO", 3);
        ask(client, 1, "SUBSCRIBE x");
        for (String line : List.of("CLIENT ID", "ACL WHOAMI", "SUBSCRIBE y", "UNSUBSCRIBE", "MONITOR")) {
            assertThat(client.ask("MULTI")).hasToString("+OK");
            assertThat(client.ask("SET k v")).hasToString("+QUEUED");
            assertThat(client.ask(line)).hasToString("-ERR Command not allowed inside a transaction");
            assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
        }
        assertThat(client.ask("MULTI")).hasToString("+OK");
        assertThat(client.ask("SET k v")).hasToString("+QUEUED");
        assertThat(client.ask("EXEC")).hasToString("*[+OK]");
        assertThat(client.ask("CLIENT GETNAME")).hasToString("_nil");
    }

    @Test
    void refusesSubscriptionsWithinATransaction() throws Exception {
        for (String line : List.of("SUBSCRIBE a b", "PSUBSCRIBE a", "SSUBSCRIBE a", "UNSUBSCRIBE", "MONITOR")) {
            assertThat(client.ask("MULTI")).hasToString("+OK");
            assertThat(client.ask("SET k v")).hasToString("+QUEUED");
            assertThat(client.ask(line)).hasToString("-ERR Command not allowed inside a transaction");
            assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
            assertThat(client.ask("GET k")).hasToString("$nil");
        }
    }

    // ---------------------------------------------------------------- order

    @Test
    void keepsTheOrderOfWhatASubscriberHasPipelined() throws Exception {
        client.call("HELLO", 3);
        String id = client.ask("CLIENT ID").toString();
        for (int i = 0; i < 100; i++) {
            String[] lines = {
                "SUBSCRIBE a b",
                "CLIENT ID",
                "SET k " + i,
                "PSUBSCRIBE p*",
                "PING " + i,
                "CLIENT GETNAME",
                "GET k",
                "UNSUBSCRIBE a b",
                "CLIENT ID",
                "PUNSUBSCRIBE",
                "UNSUBSCRIBE",
                "GET k",
                "CLIENT ID"
            };
            assertThat(ask(client, 15, lines))
                    .containsExactly(
                            ">[$subscribe, $a, :1]",
                            ">[$subscribe, $b, :2]",
                            id,
                            "+OK",
                            ">[$psubscribe, $p*, :3]",
                            "$" + i,
                            "_nil",
                            "$" + i,
                            ">[$unsubscribe, $a, :2]",
                            ">[$unsubscribe, $b, :1]",
                            id,
                            ">[$punsubscribe, $p*, :0]",
                            ">[$unsubscribe, _nil, :0]",
                            "$" + i,
                            id);
        }
    }

    @Test
    void keepsTheOrderInTheOldProtocolAndRefusesWhatRedisRefuses() throws Exception {
        String id = client.ask("CLIENT ID").toString();
        client.ask("SET k v");
        for (int i = 0; i < 100; i++) {
            String[] lines = {
                "SUBSCRIBE a",
                "CLIENT ID",
                "GET k",
                "SSUBSCRIBE s",
                "PING",
                "MULTI",
                "UNSUBSCRIBE",
                "ACL LIST",
                "SUNSUBSCRIBE",
                "CLIENT ID",
                "GET k",
                "UNSUBSCRIBE",
                "SET k v",
                "PING"
            };
            assertThat(ask(client, 14, lines))
                    .containsExactly(
                            "*[$subscribe, $a, :1]",
                            refusedToSubscriber("client|id"),
                            refusedToSubscriber("get"),
                            "*[$ssubscribe, $s, :1]",
                            "*[$pong, $]",
                            refusedToSubscriber("multi"),
                            "*[$unsubscribe, $a, :0]",
                            refusedToSubscriber("acl|list"),
                            "*[$sunsubscribe, $s, :0]",
                            id,
                            "$v",
                            "*[$unsubscribe, $nil, :0]",
                            "+OK",
                            "+PONG");
        }
    }

    private static String refusedToSubscriber(String command) {
        return "-ERR Can't execute '" + command + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET"
                + " are allowed in this context";
    }

    @Test
    void confirmsEachOfManySubscriptionsAndTheirEnd() throws Exception {
        for (String protocol : List.of("2", "3")) {
            client.ask("HELLO " + protocol);
            String type = protocol.equals("2") ? "*" : ">";
            String id = client.ask("CLIENT ID").toString();
            List<String> channels = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                channels.add("c" + i);
            }
            List<String> replies = ask(
                    client,
                    2_002,
                    "SUBSCRIBE " + String.join(" ", channels),
                    "SUBSCRIBE c1",
                    "UNSUBSCRIBE",
                    "CLIENT ID");
            assertThat(replies.get(999)).isEqualTo(type + "[$subscribe, $c999, :1000]");
            assertThat(replies.get(1_000)).isEqualTo(type + "[$subscribe, $c1, :1000]");
            assertThat(replies.get(2_000))
                    .startsWith(type + "[$unsubscribe, $c")
                    .endsWith(", :0]");
            assertThat(replies.get(2_001)).isEqualTo(id);
        }
    }

    @Test
    void deliversMessagesBetweenTheConfirmationsThatTheyCameBetween() throws Exception {
        for (String protocol : List.of("2", "3")) {
            try (RespClient listener = sidecar.connect()) {
                listener.ask("HELLO " + protocol);
                Thread speaker = Thread.ofVirtual().start(() -> publish(2_000));
                for (int i = 0; i < 200; i++) {
                    sendTogether(listener, "SUBSCRIBE news", "PING", "UNSUBSCRIBE news", "GET none");
                    boolean listens = false;
                    String next;
                    do {
                        next = listener.message().toString();
                        if (next.contains("subscribe, $news")) {
                            listens = !listens;
                        } else if (next.contains("message")) {
                            assertThat(listens).isTrue();
                        }
                    } while (!next.matches("[$_]nil"));
                    assertThat(listens).isFalse();
                }
                speaker.join();
            }
        }
    }

    private void publish(int times) {
        try (RespClient speaker = redis.connect()) {
            for (int i = 0; i < times; i++) {
                speaker.call("PUBLISH", "news", i);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void hearsMessagesWhileACommandWaitsInL2() throws Exception {
        client.call("HELLO", 3);
        String id = client.ask("CLIENT ID").toString();
        ask(client, 1, "SUBSCRIBE x");
        sendTogether(client, "BLPOP queue 0", "CLIENT ID", "PING after");
        Await.until("it waits in L2", () -> direct.ask("INFO clients").string().contains("blocked_clients:1"));
        direct.ask("PUBLISH x hello");
        assertThat(client.message()).hasToString(">[$message, $x, $hello]");
        direct.ask("RPUSH queue job");
        assertThat(next(client, 3)).containsExactly("*[$queue, $job]", id, "$after");
    }

    @Test
    void takesNothingForASubscriberThatHasHungUp() throws Exception {
        client.call("HELLO", 3);
        ask(client, 1, "SUBSCRIBE x");
        client.send("BLPOP", "queue", 0);
        Await.until("it waits in L2", () -> direct.ask("INFO clients").string().contains("blocked_clients:1"));
        client.close();
        Await.until("L2 knows", () -> direct.ask("INFO clients").string().contains("blocked_clients:0"));
        direct.ask("RPUSH queue job");
        assertThat(direct.ask("LLEN queue")).hasToString(":1");
    }

    @Test
    void tellsRepliesFromWhatAMonitorSees() throws Exception {
        client.call("HELLO", 3);
        String id = client.ask("CLIENT ID").toString();
        assertThat(client.ask("MONITOR")).hasToString("+OK");
        Thread speaker = Thread.ofVirtual().start(() -> publish(500));
        for (int i = 0; i < 200; i++) {
            List<String> replies = new ArrayList<>();
            sendTogether(client, "ECHO " + i, "CLIENT ID", "PING", "SUBSCRIBE y", "UNSUBSCRIBE y");
            while (replies.size() < 5) {
                String next = client.message().toString();
                if (!next.matches("\\+\\d+\\.\\d+ \\[.*")) {
                    replies.add(next);
                }
            }
            assertThat(replies)
                    .containsExactly("$" + i, id, "+PONG", ">[$subscribe, $y, :1]", ">[$unsubscribe, $y, :0]");
        }
        speaker.join();
        assertThat(sidecarOf(client, "RESET")).isEqualTo("+RESET");
        assertThat(client.ask("GET none")).hasToString("$nil");
    }

    /** The first reply that is no line of MONITOR. */
    private static String sidecarOf(RespClient by, String line) throws IOException {
        sendTogether(by, line);
        String next;
        do {
            next = by.message().toString();
        } while (next.matches("\\+\\d+\\.\\d+ \\[.*"));
        return next;
    }

    // ---------------------------------------------------------------- the end of it

    /** How many connections with subscriptions L2 has. */
    private int subscribersOfL2() throws IOException {
        return direct.ask("CLIENT LIST TYPE pubsub").string().lines().toList().size();
    }

    /** How many connections to L2 have subscribed or unsubscribed last. */
    private long ownConnections() throws IOException {
        return direct.ask("CLIENT LIST")
                .string()
                .lines()
                .filter(line -> line.matches(".* cmd=p?(un)?subscribe .*"))
                .count();
    }

    @Test
    void isAnOrdinaryClientAfterItsLastUnsubscribe() throws Exception {
        client.ask("SET k v");
        client.ask("GET k");
        other.ask("PING");
        for (String protocol : List.of("2", "3")) {
            client.ask("HELLO " + protocol);
            ask(client, 2, "SUBSCRIBE x", "PSUBSCRIBE y*");
            assertThat(subscribersOfL2()).isEqualTo(1);
            assertThat(ownConnections()).isEqualTo(1);
            ask(client, 2, "UNSUBSCRIBE", "PUNSUBSCRIBE");
            Await.until("its connection is gone", () -> ownConnections() == 0);
            String hits = client.ask("INFO stats").string();
            assertThat(client.ask("GET k")).hasToString("$v");
            assertThat(client.ask("INFO stats").string()).isNotEqualTo(hits);
            assertThat(client.ask("CLIENT LIST TYPE pubsub").string()).doesNotContain("id=");
        }
    }

    @Test
    void isNoSubscriberAfterUnsubscribingFromNothing() throws Exception {
        assertThat(ask(client, 1, "UNSUBSCRIBE")).containsExactly("*[$unsubscribe, $nil, :0]");
        Await.until("its connection is gone", () -> ownConnections() == 0);
        assertThat(client.ask("SET k v")).hasToString("+OK");
    }

    @Test
    void staysInTheDatabaseThatItHasChosenAsASubscriber() throws Exception {
        client.call("HELLO", 3);
        assertThat(ask(client, 6, "SUBSCRIBE x", "SELECT 1", "SET k one", "SELECT 99", "UNSUBSCRIBE", "GET k"))
                .containsExactly(
                        ">[$subscribe, $x, :1]",
                        "+OK",
                        "+OK",
                        "-ERR DB index is out of range",
                        ">[$unsubscribe, $x, :0]",
                        "$one");
        assertThat(client.ask("GET k")).hasToString("$one");
        assertThat(client.ask("CLIENT INFO").string()).contains(" db=1 ");
        assertThat(direct.ask("GET k")).hasToString("$nil");
    }

    @Test
    void refusesToChangeTheProtocolWhileItListens() throws Exception {
        client.call("HELLO", 3);
        ask(client, 1, "SUBSCRIBE x");
        assertThat(client.ask("HELLO 2"))
                .hasToString("-ERR the protocol cannot change while this connection has subscriptions");
        assertThat(client.ask("HELLO 3 SETNAME me").toString()).contains("proto, :3");
        assertThat(client.ask("CLIENT GETNAME")).hasToString("$me");
        ask(client, 1, "UNSUBSCRIBE");
        assertThat(client.ask("HELLO 2").toString()).contains("proto, :2");
        assertThat(client.ask("GET none")).hasToString("$nil");
    }

    @Test
    void endsWithResetAndQuit() throws Exception {
        for (String protocol : List.of("2", "3")) {
            client.ask("HELLO " + protocol);
            assertThat(ask(client, 2, "SUBSCRIBE x", "RESET").getLast()).isEqualTo("+RESET");
            Await.until("its connection is gone", () -> ownConnections() == 0);
            assertThat(client.ask("GET none")).hasToString("$nil");
        }
        assertThat(ask(client, 2, "SUBSCRIBE x", "QUIT")).containsExactly("*[$subscribe, $x, :1]", "+OK");
        assertThat(client.rest()).isEmpty();
        Await.until("its connection is gone", () -> subscribersOfL2() == 0);
    }

    @Test
    void confirmsSubscriptionsEvenToWhoWantsNoReplies() throws Exception {
        String id = client.ask("CLIENT ID").toString();
        sendTogether(client, "CLIENT REPLY SKIP", "SUBSCRIBE x", "UNSUBSCRIBE x", "CLIENT ID");
        assertThat(next(client, 3)).containsExactly("*[$subscribe, $x, :1]", "*[$unsubscribe, $x, :0]", id);
    }
}
