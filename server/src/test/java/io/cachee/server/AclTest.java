package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ACL and what it does to clients, without an L2. */
final class AclTest {
    private TestSidecar sidecar;
    private RespClient admin;

    @BeforeEach
    void start() throws Exception {
        sidecar = TestSidecar.start();
        admin = sidecar.connect();
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        sidecar.close();
    }

    private RespClient user(String rules) throws Exception {
        assertThat(admin.ask("ACL SETUSER app reset on nopass " + rules)).hasToString("+OK");
        RespClient user = sidecar.connect();
        assertThat(user.ask("AUTH app any")).hasToString("+OK");
        return user;
    }

    @Test
    void whoMayDoAllButWhatIsOfAdminsMayNotManageClients() throws Exception {
        try (RespClient user = user("+@all -@admin -@dangerous ~* &*")) {
            for (String line : List.of(
                    "CLIENT LIST",
                    "CLIENT KILL TYPE normal",
                    "CLIENT PAUSE 100000",
                    "CLIENT UNPAUSE",
                    "CLIENT UNBLOCK 1",
                    "CLIENT NO-EVICT on",
                    "CONFIG GET *",
                    "CONFIG SET maxclients 1",
                    "ACL LIST",
                    "ACL SETUSER evil on nopass +@all",
                    "ACL LOG",
                    "SLOWLOG GET",
                    "MONITOR",
                    "SHUTDOWN")) {
                assertThat(user.ask(line).toString()).as(line).startsWith("-NOPERM User app has no permissions");
            }
            for (String line : List.of("CLIENT ID", "CLIENT GETNAME", "CLIENT INFO", "ACL WHOAMI", "CONFIG HELP")) {
                assertThat(user.ask(line).isError()).as(line).isFalse();
            }
        }
    }

    @Test
    void keyRulesHoldForEveryArgumentThatIsAKey() throws Exception {
        admin.ask("SET secret:1 v");
        try (RespClient user = user("+@all ~app:*")) {
            for (String line : List.of(
                    "MEMORY USAGE secret:1",
                    "OBJECT ENCODING secret:1",
                    "MGET app:1 secret:1",
                    "BITOP AND app:1 secret:1",
                    "COPY secret:1 app:1",
                    "WATCH secret:1",
                    "DUMP secret:1")) {
                assertThat(user.ask(line)).as(line).hasToString("-NOPERM No permissions to access a key");
            }
            assertThat(user.ask("MEMORY USAGE app:1").isError()).isFalse();
        }
    }

    @Test
    void toWriteIsNotToRead() throws Exception {
        try (RespClient user = user("+@all %W~w:* %R~r:* ~rw:*")) {
            assertThat(user.ask("SET w:1 v")).hasToString("+OK");
            assertThat(user.ask("SET w:1 v GET").toString()).startsWith("-NOPERM");
            assertThat(user.ask("GET w:1").toString()).startsWith("-NOPERM");
            assertThat(user.ask("APPEND w:1 v")).hasToString(":2");
            assertThat(user.ask("GETDEL w:1").toString()).startsWith("-NOPERM");
            assertThat(user.ask("GET r:1")).hasToString("$nil");
            assertThat(user.ask("BITFIELD r:1 GET u8 0")).hasToString("*[:0]");
            assertThat(user.ask("BITFIELD r:1 SET u8 0 1").toString()).startsWith("-NOPERM");
            assertThat(user.ask("SET rw:1 v GET")).hasToString("$nil");
            assertThat(user.ask("COPY rw:1 w:2")).hasToString(":1");
            assertThat(user.ask("COPY w:2 rw:2").toString()).startsWith("-NOPERM");
        }
    }

    @Test
    void aSelectorAllowsWhatTheUsersOwnRulesDoNot() throws Exception {
        try (RespClient user = user("+get ~a:* (+set ~b:*) (%R~c:* +@read -mget)")) {
            assertThat(user.ask("GET a:1")).hasToString("$nil");
            assertThat(user.ask("SET b:1 v")).hasToString("+OK");
            assertThat(user.ask("STRLEN c:1")).hasToString(":0");
            for (String line : List.of("SET a:1 v", "GET b:1", "MGET c:1", "SET c:1 v", "MGET a:1")) {
                assertThat(user.ask(line).toString()).as(line).startsWith("-NOPERM");
            }
            assertThat(admin.ask("ACL SETUSER app clearselectors")).hasToString("+OK");
            assertThat(user.ask("SET b:1 v").toString()).startsWith("-NOPERM");
        }
    }

    @Test
    void describesAUserAsRedisDoes() throws Exception {
        admin.call("ACL", "SETUSER", "u", "on", "nopass", "%R~r", "~w", "&c", "+@read", "-get", "(+set", "~s)");
        assertThat(admin.ask("ACL GETUSER u"))
                .hasToString(
                        "*[$flags, *[$on, $nopass], $passwords, *[], $commands, $-@all +@read -get, $keys, $%R~r ~w,"
                            + " $channels, $&c, $selectors, *[*[$commands, $-@all +set, $keys, $~s, $channels, $]]]");
        assertThat(admin.ask("ACL LIST").item(1).string())
                .isEqualTo("user u on nopass %R~r ~w resetchannels &c -@all +@read -get (~s resetchannels -@all +set)");
        admin.ask("ACL SETUSER u +@all -client|kill +client %W~r skip-sanitize-payload");
        assertThat(admin.ask("ACL LIST").item(1).string())
                .isEqualTo("user u on nopass skip-sanitize-payload ~r ~w resetchannels &c +@all +client (~s"
                        + " resetchannels -@all +set)");
    }

    @Test
    void anUnrestrictedUserCanAlwaysGiveBackWhatItHasTaken() throws Exception {
        assertThat(admin.ask("ACL SETUSER default -get -@dangerous +acl")).hasToString("+OK");
        assertThat(admin.ask("GET k").toString()).startsWith("-NOPERM");
        assertThat(admin.ask("ACL LIST").isError()).isFalse();
        assertThat(admin.ask("ACL SETUSER default +@all")).hasToString("+OK");
        assertThat(admin.ask("GET k")).hasToString("$nil");
        // And whoever may run the commands of ACL needs nothing else.
        try (RespClient user = user("+acl|setuser +acl|list")) {
            assertThat(user.ask("ACL SETUSER default -get")).hasToString("+OK");
            assertThat(user.ask("ACL SETUSER default +get")).hasToString("+OK");
            assertThat(user.ask("ACL DELUSER default").toString()).startsWith("-NOPERM");
        }
    }

    @Test
    void rulesOfOthersTakeEffectBeforeTheirNextRequest() throws Exception {
        try (RespClient user = user("+@all ~* &*")) {
            for (int i = 0; i < 500; i++) {
                admin.ask("ACL SETUSER app -get");
                assertThat(user.ask("GET k").toString()).startsWith("-NOPERM");
                admin.ask("ACL SETUSER app +@all");
                assertThat(user.ask("GET k")).hasToString("$nil");
            }
        }
    }

    @Test
    void aSubscriberThatLosesItsChannelsIsDisconnected() throws Exception {
        try (RespClient user = user("+@all ~* &a* &b*")) {
            user.ask("SUBSCRIBE a");
            assertThat(admin.ask("ACL SETUSER app -get")).hasToString("+OK");
            assertThat(user.ask("PING")).hasToString("*[$pong, $]");
            assertThat(admin.ask("ACL SETUSER app resetchannels &b*")).hasToString("+OK");
            assertThat(user.isClosedByServer()).isTrue();
        }
    }

    @Test
    void logsWhatIsRefused() throws Exception {
        try (RespClient user = user("+@all -append -flushall ~app:* &app")) {
            user.ask("CLIENT SETNAME worker");
            user.ask("APPEND app:1 v");
            user.ask("APPEND app:1 v");
            user.ask("GET other");
            user.ask("PUBLISH other m");
            user.ask("MULTI");
            user.ask("FLUSHALL");
            user.ask("DISCARD");
            user.ask("AUTH geheim app");
            assertThat(admin.ask("ACL SETUSER app resetpass >right")).hasToString("+OK");
            user.ask("AUTH app geheim");
        }
        List<RespValue> entries = admin.ask("ACL LOG").items();
        assertThat(entries.stream().map(AclTest::summary))
                .containsExactly(
                        "1 auth toplevel AUTH app",
                        "1 auth toplevel AUTH (unknown)",
                        "1 command multi flushall app",
                        "1 channel toplevel other app",
                        "1 key toplevel other app",
                        "2 command toplevel append app");
        Map<String, RespValue> last = fields(entries.getLast());
        assertThat(last.keySet())
                .containsExactlyInAnyOrder(
                        "count",
                        "reason",
                        "context",
                        "object",
                        "username",
                        "age-seconds",
                        "client-info",
                        "entry-id",
                        "timestamp-created",
                        "timestamp-last-updated");
        assertThat(field(last, "client-info")).contains("name=worker", "user=app");
        assertThat(Double.parseDouble(field(last, "age-seconds"))).isNotNegative();
        assertThat(entries.toString()).doesNotContain("geheim");
        assertThat(admin.ask("ACL LOG 2").items()).hasSize(2);
        assertThat(admin.ask("INFO stats").string())
                .contains(
                        "acl_access_denied_auth:2",
                        "acl_access_denied_cmd:3",
                        "acl_access_denied_key:1",
                        "acl_access_denied_channel:1");
        assertThat(admin.ask("ACL LOG RESET")).hasToString("+OK");
        assertThat(admin.ask("ACL LOG").items()).isEmpty();
        assertThat(admin.ask("ACL LOG x").isError()).isTrue();
    }

    private static Map<String, RespValue> fields(RespValue entry) {
        Map<String, RespValue> fields = new TreeMap<>();
        for (int i = 0; i < entry.items().size(); i += 2) {
            fields.put(entry.item(i).string(), entry.item(i + 1));
        }
        return fields;
    }

    private static String field(Map<String, RespValue> entry, String name) {
        RespValue found = entry.get(name);
        return found == null ? "" : found.string();
    }

    private static String summary(RespValue entry) {
        Map<String, RespValue> fields = fields(entry);
        return field(fields, "count") + " " + field(fields, "reason") + " " + field(fields, "context") + " "
                + field(fields, "object") + " " + field(fields, "username");
    }

    @Test
    void keepsAsManyRefusalsAsItIsToldTo() throws Exception {
        assertThat(admin.ask("CONFIG SET acllog-max-len 3")).hasToString("+OK");
        try (RespClient user = user("+get ~app:*")) {
            for (int i = 0; i < 20; i++) {
                user.ask("GET other" + i);
            }
        }
        Await.until("they are logged", () -> admin.ask("ACL LOG 100").items().size() == 3);
    }

    /** The texts that Redis 7.0 gives. */
    @Test
    void refusesWrongRulesAsRedisDoes() throws Exception {
        String all =
                "Adding a pattern after the * pattern (or the '%s' flag) is not valid and does not have any effect."
                        + " Try '%s' to start with an empty list of %s";
        Map<String, String> wrong = Map.ofEntries(
                // These would become lines and rules of their own in a file of users.
                Map.entry("+nosuch", "Unknown command or category name in ACL"),
                Map.entry("-@nosuch", "Unknown command or category name in ACL"),
                Map.entry("+config|nosuch", "Unknown command or category name in ACL"),
                Map.entry("-select|1", "Unknown command or category name in ACL"),
                Map.entry("+config|set|x", "Allowing first-arg of a subcommand is not supported"),
                Map.entry("+select|", "Syntax error"),
                Map.entry("%~x", "Syntax error"),
                Map.entry("%X~x", "Syntax error"),
                Map.entry("~x y", "Syntax error"),
                Map.entry("+select|0\nuser evil on nopass +@all", "Syntax error"),
                Map.entry("~a\nuser", "Syntax error"),
                Map.entry("&a\nuser", "Syntax error"),
                Map.entry("(~a) +get)", "Syntax error"),
                Map.entry("(+nosuch)", "Unknown command or category name in ACL"),
                Map.entry("(~a (~b))", "Syntax error"));
        for (Map.Entry<String, String> one : wrong.entrySet()) {
            assertThat(admin.call("ACL", "SETUSER", "u", one.getKey()).string())
                    .startsWith("ERR Error in ACL SETUSER modifier '")
                    .endsWith("': " + one.getValue());
        }
        assertThat(admin.ask("ACL SETUSER u allkeys ~x").string())
                .endsWith(String.format(all, "allkeys", "resetkeys", "patterns"));
        assertThat(admin.ask("ACL SETUSER u allchannels &x").string())
                .endsWith(String.format(all, "allchannels", "resetchannels", "channels"));
        assertThat(admin.ask("ACL SETUSER u (+get").string())
                .isEqualTo("ERR Unmatched parenthesis in acl selector starting at '(+get'.");
        assertThat(admin.ask("ACL SETUSER u (geheim").string())
                .isEqualTo("ERR Unmatched parenthesis in acl selector starting at '(redacted)'.");
        assertThat(admin.ask("ACL GETUSER u").isNull()).isTrue();
        assertThat(admin.ask("ACL SETUSER u geheim").string())
                .contains("(redacted)")
                .doesNotContain("geheim");
        assertThat(admin.ask("ACL SETUSER u <geheim").string())
                .contains("'<(redacted)'")
                .doesNotContain("geheim");
    }
}
