package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The rows say what Redis 7.0 says of its commands and subcommands, those that only L2 can run included. */
final class CommandRowsDifferentialTest {
    /** Redis finds these by a function of its own, and not by the key specifications that it publishes. */
    private static final Set<String> FOUND_BY_A_FUNCTION =
            Set.of("SET k v NX", "SORT k STORE d", "SORT k BY w_* GET o_* STORE d", "MIGRATE h 1 \"\" 0 1 KEYS a b");

    /** Passwords never reach the slow log, and a transaction cannot turn into a monitor. */
    private static final Set<String> DESCRIBED_DIFFERENTLY = Set.of("auth", "hello", "monitor");

    /** Requests with keys in every kind of place. */
    private static final List<String> REQUESTS = List.of(
            "GET k",
            "SET k v NX",
            "MGET a b c",
            "MSET a 1 b 2",
            "BITOP AND d a b",
            "COPY a b DB 1",
            "RENAME a b",
            "OBJECT ENCODING k",
            "MEMORY USAGE k",
            "BLPOP a b 0",
            "BLMPOP 0 2 a b LEFT",
            "BRPOPLPUSH a b 0",
            "LMPOP 1 a LEFT COUNT 2",
            "SINTERCARD 2 a b LIMIT 1",
            "SINTERSTORE d a b",
            "ZUNION 2 a b WEIGHTS 1 2",
            "ZUNIONSTORE d 2 a b",
            "ZRANGESTORE d a 0 1",
            "ZMPOP 2 a b MIN",
            "ZDIFF 1 a",
            "PFMERGE d a b",
            "PFCOUNT a b",
            "XREAD COUNT 1 STREAMS a b 0 0",
            "XREADGROUP GROUP g c COUNT 1 STREAMS a 0",
            "XGROUP CREATE k g 0",
            "XADD k * f v",
            "GEORADIUS k 0 0 1 m STORE d",
            "GEORADIUS k 0 0 1 m",
            "GEOSEARCHSTORE d k FROMLONLAT 0 0 BYRADIUS 1 m",
            "EVAL s 2 a b c",
            "EVALSHA s 1 a",
            "FCALL f 1 a b",
            "SORT k",
            "SORT k STORE d",
            "SORT k BY w_* GET o_* STORE d",
            "SORT_RO k",
            "MIGRATE h 1 k 0 1",
            "MIGRATE h 1 \"\" 0 1 KEYS a b",
            "DUMP k",
            "RESTORE k 0 v",
            "HSET k f v",
            "LCS a b",
            "WATCH a b",
            "EVAL s 0",
            "PING",
            "SUBSCRIBE c",
            "SSUBSCRIBE c",
            "ZUNION 9 a b",
            "ZUNION x a b");

    private final Map<String, String> ours = new TreeMap<>();
    private final Map<String, String> theirs = new TreeMap<>();

    @Test
    void describeEachCommandAsRedisDoes() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient our = sidecar.connect();
                RespClient their = real.connect()) {
            for (RespValue command : their.call("COMMAND").items()) {
                gather(command, theirs);
                gather(our.call("COMMAND", "INFO", command.item(0).string()).item(0), ours);
            }
        }
        // Subcommands that later versions have are described as they are there.
        ours.keySet().retainAll(theirs.keySet());
        ours.keySet().removeAll(DESCRIBED_DIFFERENTLY);
        theirs.keySet().removeAll(DESCRIBED_DIFFERENTLY);
        assertThat(theirs.size()).isGreaterThan(350);
        assertThat(ours).isEqualTo(theirs);
    }

    /** What is said of a command and of its subcommands, each by its name. Tips and notes are left out. */
    private static void gather(RespValue described, Map<String, String> into) {
        if (described.isNull()) {
            return;
        }
        List<RespValue> fields = described.items();
        List<RespValue> said = new ArrayList<>(fields.subList(1, 7));
        String specs = fields.get(8).items().stream()
                .map(CommandRowsDifferentialTest::withoutNotes)
                .toList()
                .toString();
        into.put(
                fields.getFirst().string(), said.stream().map(RespValue::sorted).toList() + " " + specs);
        fields.get(9).items().forEach(subcommand -> gather(subcommand, into));
    }

    private static String withoutNotes(RespValue spec) {
        List<RespValue> fields = spec.items();
        int from = fields.getFirst().string().equals("notes") ? 2 : 0;
        return fields.subList(from, fields.size()).stream()
                .map(RespValue::sorted)
                .toList()
                .toString();
    }

    @Test
    void findKeysWhereRedisFindsThem() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
        List<String> differences = new ArrayList<>();
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient our = sidecar.connect();
                RespClient their = real.connect()) {
            for (String request : REQUESTS) {
                compare(request, our, their, differences);
            }
        }
        assertThat(differences).isEmpty();
    }

    private static void compare(String request, RespClient our, RespClient their, List<String> differences)
            throws IOException {
        for (String subcommand : List.of("GETKEYS", "GETKEYSANDFLAGS")) {
            String[] words = ("COMMAND " + subcommand + " " + request.replace("\"\"", "")).split(" ", -1);
            RespValue we = our.call((Object[]) words);
            RespValue they = their.call((Object[]) words);
            boolean isFoundByAFunction = FOUND_BY_A_FUNCTION.contains(request);
            if (!we.sorted().equals(they.sorted()) && !isFoundByAFunction) {
                differences.add("\n" + request + "\n    Cachee " + we + "\n    Redis  " + they);
            }
        }
    }

    @Test
    void categoriesHoldTheSameCommands() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient our = sidecar.connect();
                RespClient their = real.connect()) {
            for (RespValue category : their.call("ACL", "CAT").items()) {
                List<String> wanted = names(their.call("ACL", "CAT", category.string()));
                assertThat(names(our.call("ACL", "CAT", category.string())))
                        .as(category.string())
                        .containsAll(wanted);
            }
            List<String> theirs = names(their.call("ACL", "CAT"));
            assertThat(names(our.call("ACL", "CAT"))).containsExactlyInAnyOrderElementsOf(theirs);
        }
    }

    private static List<String> names(RespValue reply) {
        return reply.items().stream().map(RespValue::string).toList();
    }

    @Test
    void rulesMayNameWhatL2AloneRuns() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            assertThat(client.call("ACL", "SETUSER", "u", "on", "nopass", "~*", "+@hash", "+zadd", "+client|getname")
                            .string())
                    .isEqualTo("OK");
            assertThat(client.call("ACL", "SETUSER", "u", "+client|nonsense").isError())
                    .isTrue();
        }
    }

    @Test
    void commandAloneDescribesTheWholeTable() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            List<RespValue> all = client.call("COMMAND").items();
            assertThat(all).hasSize((int) client.call("COMMAND", "COUNT").number());
            assertThat(all).anySatisfy(row -> assertThat(row.item(0).string()).isEqualTo("get"));
        }
    }

    @Test
    void aCommandThatNeedsL2SaysSo() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            assertThat(client.call("HGET", "k", "f").string()).contains("needs a Redis or Valkey behind it (--l2)");
            assertThat(client.call("XGROUP", "CREATE", "k", "g", "0").string())
                    .contains("needs a Redis or Valkey behind it (--l2)");
            assertThat(client.call("NOSUCH").string()).startsWith("ERR unknown command");
            assertThat(names(client.call("COMMAND", "LIST")))
                    .contains("get", "client|list")
                    .doesNotContain("hget");
        }
    }
}
