package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.server.TestSidecar;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandFlag;
import io.cachee.server.engine.Route;
import io.cachee.server.engine.Trait;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands that change the server behind are not passed on to it, unless the sidecar was told to. */
final class ServerBehindTest {
    private static final String READS = "reads only";
    private static final String DATA = "changes data, as the client's rules about keys allow";

    /** Why some commands that Redis calls admin or dangerous need no --l2-admin, although they go to L2. */
    private static final Map<String, String> NEED_NO_PERMISSION = Map.ofEntries(
            Map.entry("cluster|count-failure-reports", READS),
            Map.entry("cluster|replicas", READS),
            Map.entry("cluster|slaves", READS),
            Map.entry("module|list", READS),
            Map.entry("monitor", READS),
            Map.entry("keys", READS),
            Map.entry("sort_ro", READS),
            Map.entry("sort", DATA),
            Map.entry("restore", DATA),
            Map.entry("restore-asking", DATA),
            Map.entry("cachee.purge", DATA),
            Map.entry("flushall", "removes data; --allow-flush decides"),
            Map.entry("flushdb", "removes data; --allow-flush decides"),
            Map.entry("swapdb", DATA));

    private static final List<Command> ROWS = CommandFamilies.rows().table().commands();

    private RedisServerProcess redis;
    private TestSidecar sidecar;
    private RespClient direct;
    private RespClient client;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start("--enable-debug-command", "yes");
        sidecar = TestSidecar.before("redis://127.0.0.1:" + redis.port());
        sidecar.proxy().nearCache().l2().learnCommands().join();
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

    private static boolean goesToL2(Command row) {
        return row.route != Route.LOCAL && row.route != Route.REFUSED;
    }

    private static List<String> administering() {
        return ROWS.stream()
                .filter(row -> row.is(Trait.L2_ADMIN))
                .map(row -> row.name)
                .toList();
    }

    private static String requestOf(String name) {
        Command row =
                ROWS.stream().filter(each -> each.name.equals(name)).findFirst().orElseThrow();
        List<String> words = new ArrayList<>(List.of(name.split("\\|", -1)));
        while (words.size() < Math.abs(row.arity)) {
            words.add(String.valueOf(words.size()));
        }
        return String.join(" ", words);
    }

    private static String refusalOf(String line) {
        String name = line.replaceAll(" [0-9].*", "").toUpperCase(Locale.ROOT);
        return "-ERR '" + name + "' changes the server behind and is not passed on to L2 unless --l2-admin=yes";
    }

    @Test
    void everyDangerousCommandIsDecided() {
        List<String> undecided = ROWS.stream()
                .filter(ServerBehindTest::goesToL2)
                .filter(row -> row.flags.contains(CommandFlag.ADMIN) || row.categories.contains("dangerous"))
                .filter(row -> !row.is(Trait.L2_ADMIN))
                .map(row -> row.name)
                .toList();
        assertThat(undecided).containsExactlyInAnyOrderElementsOf(NEED_NO_PERMISSION.keySet());
        assertThat(ROWS).filteredOn(row -> row.is(Trait.L2_ADMIN)).allMatch(ServerBehindTest::goesToL2);
        assertThat(administering())
                .contains("replicaof", "slaveof", "failover", "debug", "save", "module|load", "migrate")
                .contains("cluster|reset", "cluster|meet", "cluster|setslot", "bgrewriteaof", "pfselftest");
    }

    @Test
    void noneIsPassedOn() throws Exception {
        String before = direct.ask("INFO commandstats").string();
        for (String name : administering()) {
            String line = requestOf(name);
            assertThat(client.ask(line)).hasToString(refusalOf(line));
        }
        assertThat(client.ask("CLUSTER NONSENSE")).hasToString(refusalOf("CLUSTER NONSENSE"));
        assertThat(client.ask("ECHO after")).hasToString("$after");
        String after = direct.ask("INFO commandstats").string();
        for (String name : administering()) {
            assertThat(after.contains("cmdstat_" + name + ":"))
                    .as(name)
                    .isEqualTo(before.contains("cmdstat_" + name + ":"));
        }
        assertThat(direct.ask("ROLE").toString()).contains("master");
    }

    @Test
    void noneIsPassedOnInATransactionOrToASubscriber() throws Exception {
        for (String name : administering()) {
            String line = requestOf(name);
            assertThat(client.ask("MULTI")).hasToString("+OK");
            assertThat(client.ask("SET k v")).hasToString("+QUEUED");
            assertThat(client.ask(line)).hasToString(refusalOf(line));
            assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
            assertThat(client.ask("GET k")).hasToString("$nil");
        }
        assertThat(client.ask("WATCH k")).hasToString("+OK");
        assertThat(client.ask("SAVE")).hasToString(refusalOf("SAVE"));
        assertThat(client.ask("UNWATCH")).hasToString("+OK");
        client.call("HELLO", 3);
        client.send("SUBSCRIBE", "c");
        assertThat(client.message()).hasToString(">[$subscribe, $c, :1]");
        for (String name : administering()) {
            String line = requestOf(name);
            assertThat(client.ask(line)).hasToString(refusalOf(line));
        }
        assertThat(client.ask("PING x")).hasToString("$x");
    }

    @Test
    void settingsOfL2AreNotChangedAndOthersOfItNeitherReadNorChanged() throws Exception {
        String set = "-ERR CONFIG SET failed (possibly related to argument 'notify-keyspace-events') - it ";
        assertThat(client.ask("CONFIG SET notify-keyspace-events KEA"))
                .hasToString(set + "changes the server behind and is not passed on to L2 unless --l2-admin=yes");
        direct.ask("CONFIG SET masterauth hunter2");
        for (String line : List.of(
                "CONFIG SET notify-keyspace-events KEA maxmemory-samples 3",
                "CONFIG SET maxmemory-samples 3 notify-keyspace-events KEA")) {
            assertThat(client.ask(line)).hasToString(set + "is a setting of L2: change it by itself");
        }
        assertThat(client.ask("CONFIG GET notify-keyspace-events")).hasToString("*[$notify-keyspace-events, $]");
        assertThat(client.ask("CONFIG GET notify-keyspace-events masterauth").toString())
                .doesNotContain("hunter2");
        assertThat(direct.ask("CONFIG GET maxmemory-samples").toString()).contains("$5");
        assertThat(direct.ask("CONFIG GET notify-keyspace-events")).hasToString("*[$notify-keyspace-events, $]");
    }

    @Test
    void theyArePassedOnWhereTheSidecarWasToldToAndTheClientsRulesAllowThem() throws Exception {
        try (TestSidecar administering = TestSidecar.with()
                        .before(L2Options.of("redis://127.0.0.1:" + redis.port()))
                        .administering()
                        .startCoherent();
                RespClient admin = administering.connect();
                RespClient user = administering.connect()) {
            assertThat(admin.ask("SAVE")).hasToString("+OK");
            assertThat(admin.ask("DEBUG SLEEP 0")).hasToString("+OK");
            assertThat(admin.ask("CLUSTER RESET").toString()).contains("cluster support disabled");
            assertThat(admin.ask("CONFIG SET notify-keyspace-events KEA")).hasToString("+OK");
            assertThat(direct.ask("CONFIG GET notify-keyspace-events").toString())
                    .contains("AKE");
            assertThat(admin.ask("REPLICAOF NO ONE")).hasToString("+OK");
            admin.ask("ACL SETUSER app on nopass ~* &* +@all -@admin -@dangerous");
            assertThat(user.ask("AUTH app any")).hasToString("+OK");
            for (String name : administering()) {
                assertThat(user.ask(requestOf(name)).toString()).as(name).startsWith("-NOPERM");
            }
        }
    }
}
