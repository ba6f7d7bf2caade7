package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What users' rules allow, compared with what ACL DRYRUN of a real redis-server 7.0 says: each command and subcommand
 * that it knows, with rules about each category, about the command itself, and with rules of all other kinds. Here, the
 * verdict is that of ACL DRYRUN and that of real attempts, in every state of a connection.
 */
final class RightsDifferentialTest {
    /** Rules of all kinds. */
    private static final List<String> RULES = List.of(
            "+@all ~* &*",
            "+@all -@admin -@dangerous ~* &*",
            "+@all ~a* &*",
            "-@all ~* &*",
            "+@all -client|kill -config +config|get ~* &*",
            "+client +config|get +acl|whoami +xgroup -xgroup|create ~* &*",
            "+select|1 +debug|1 +get +ping ~* &*",
            "+@all -get +get -@string +set ~* &*",
            "+@all -@connection +client|getname +hello ~* &*",
            "+@all %R~* &*",
            "+@all %W~* &*",
            "+@all %R~1 %W~? &*",
            "+@all %RW~1 &a*",
            "+get (~1 +@read &1) (%W~* +set +@pubsub &*)",
            "+@all ~a* (+@write ~1) (+@read %R~1 -get)",
            "+@all ~* resetchannels");

    /** Requests with keys, channels and numbers of keys in all kinds of places. */
    private static final List<String> REQUESTS = List.of(
            "SET 1 v GET",
            "SET 1 v NX",
            "SET a v GET",
            "BITFIELD 1 GET u8 0",
            "BITFIELD 1 GET u8 0 SET u8 0 1",
            "BITFIELD 1",
            "SORT 1",
            "SORT 1 STORE 2",
            "SORT a STORE 1",
            "SORT_RO 1 LIMIT 0 1",
            "SORT 1 BY w_* GET #",
            "MEMORY USAGE 1",
            "MEMORY USAGE a SAMPLES 1",
            "OBJECT ENCODING 1",
            "BITOP AND 1 2 a",
            "COPY 1 a",
            "RENAME a 1",
            "LMPOP 2 1 a LEFT",
            "BLMPOP 0 2 1 2 LEFT",
            "SINTERCARD 2 1 2 LIMIT 1",
            "SINTERSTORE 1 2 a",
            "ZUNION 2 1 a",
            "ZUNION 9 1",
            "LMPOP x 1 LEFT",
            "ZUNIONSTORE a 2 1 2",
            "ZRANGESTORE 1 a 0 1",
            "PFCOUNT 1 2",
            "XREAD COUNT 1 STREAMS 1 a 0 0",
            "XREADGROUP GROUP g c STREAMS 1 0",
            "XADD 1 * f v",
            "GEORADIUS 1 0 0 1 m STORE 2",
            "GEORADIUS 1 0 0 1 m STORE 2 STORE a",
            "GEOSEARCHSTORE 1 a FROMLONLAT 0 0 BYRADIUS 1 m",
            "EXISTS 1 2",
            "WATCH 1 a",
            "SUBSCRIBE 1",
            "SUBSCRIBE 1 ab",
            "PSUBSCRIBE a*",
            "PSUBSCRIBE ab",
            "PUBLISH ab m",
            "SPUBLISH 1 m",
            "SSUBSCRIBE 1 2",
            "SELECT 0",
            "SELECT 1",
            "MSET 1 v a v",
            "MGET 1 2 a");

    /** Real attempts that would end the connection or change the number of its replies, if they were allowed. */
    private static final Set<String> NOT_ATTEMPTED = Set.of(
            "auth",
            "hello",
            "quit",
            "reset",
            "monitor",
            "post",
            "host:",
            "multi",
            "exec",
            "discard",
            "watch",
            "unwatch",
            "subscribe",
            "psubscribe",
            "ssubscribe",
            "unsubscribe",
            "punsubscribe",
            "sunsubscribe",
            "client|reply",
            "client|kill",
            "client|pause",
            "client|tracking",
            "shutdown");

    /** Where Redis allows what is denied here on purpose, and why. The other way round there is none. */
    private enum Difference {
        /** A script runs in L2 as the sidecar, which may do more: it needs all keys and a rule that names scripts. */
        SCRIPTS("(eval|evalsha|fcall)(_ro)? .*"),
        /** MIGRATE hands keys to another server. Redis finds its keys by a function; here it needs all keys. */
        MIGRATES("migrate .*"),
        /** A number of keys that is larger than what follows. Redis finds no key, and the command fails. */
        MISCOUNTS("ZUNION 9 1|LMPOP x 1 LEFT"),
        /** Of PFMERGE with one key, Redis finds none, because its second specification does not fit. */
        MERGES("pfmerge 1"),
        /** BY and GET: Redis asks for all keys when the command runs, which ACL DRYRUN does not see. */
        PATTERNS("SORT.* (BY|GET) .*");

        final String requests;

        Difference(String requests) {
            this.requests = requests;
        }
    }

    /** A request of a command. */
    private record Row(String name, String request) {
        Object[] words() {
            return request.split(" ", -1);
        }

        Object[] dryRun(String user) {
            return Stream.concat(Stream.of("ACL", "DRYRUN", user), Stream.of(words()))
                    .toArray();
        }
    }

    private final List<Row> rows = new ArrayList<>();
    private final Set<String> categories = new java.util.TreeSet<>();
    private final Map<String, List<String>> differences = new TreeMap<>();
    private final Set<Difference> met = EnumSet.noneOf(Difference.class);
    private int compared;
    private int attempted;

    // ---------------------------------------------------------------- requests

    private void gather(RespClient real) throws IOException {
        for (RespValue command : real.call("COMMAND").items()) {
            gather(command);
        }
        for (String request : REQUESTS) {
            String[] words = request.toLowerCase(java.util.Locale.ROOT).split(" ", -1);
            String name = rows.stream().anyMatch(row -> row.name.equals(words[0] + "|" + words[1]))
                    ? words[0] + "|" + words[1]
                    : words[0];
            rows.add(new Row(name, request));
        }
    }

    private void gather(RespValue command) {
        String name = command.item(0).string();
        List<RespValue> subcommands = command.item(9).items();
        command.item(6).items().forEach(c -> categories.add(c.string().substring(1)));
        if (subcommands.isEmpty()) {
            StringBuilder request = new StringBuilder(name.replace('|', ' '));
            long words = Stream.of(name.split("\\|", -1)).count();
            for (long i = words; i < Math.abs(command.item(1).number()); i++) {
                request.append(" 1");
            }
            rows.add(new Row(name, request.toString()));
        }
        subcommands.forEach(this::gather);
    }

    private static List<RespValue> all(RespClient client, List<Object[]> requests) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object[] request : requests) {
            bytes.writeBytes(RespClient.encode(request));
        }
        client.sendRaw(bytes.toByteArray());
        List<RespValue> replies = new ArrayList<>();
        while (replies.size() < requests.size()) {
            RespValue reply = client.reply();
            if (!isMonitorsLine(reply)) {
                replies.add(reply);
            }
        }
        return replies;
    }

    private static boolean isMonitorsLine(RespValue reply) {
        return reply.type() == '+' && reply.string().matches("(?s)\\d+\\.\\d{6} \\[.*");
    }

    private static void setUser(RespClient admin, String user, String rules) throws IOException {
        String words = "ACL SETUSER " + user + " reset on nopass ";
        List<Object> request = new ArrayList<>(List.of((Object[]) (words + rules).split(" ", -1)));
        assertThat(admin.call(request.toArray())).as(rules).hasToString("+OK");
    }

    // ---------------------------------------------------------------- ACL DRYRUN

    private static List<String> verdicts(RespClient admin, String rules, List<Row> rows) throws IOException {
        setUser(admin, "u", rules);
        return all(admin, rows.stream().map(row -> row.dryRun("u")).toList()).stream()
                .map(reply -> reply.isNull() ? "" : reply.string())
                .toList();
    }

    /** Compares the verdicts, and returns those of here. */
    private List<String> compare(RespClient here, RespClient there, String rules, List<Row> asked) throws IOException {
        List<String> ours = verdicts(here, rules, asked);
        List<String> theirs = verdicts(there, rules, asked);
        for (int i = 0; i < asked.size(); i++) {
            compared++;
            if (!ours.get(i).equals(theirs.get(i)) && !isMeant(asked.get(i), ours.get(i))) {
                differences
                        .computeIfAbsent(rules, _ -> new ArrayList<>())
                        .add("\n  " + asked.get(i).request + "\n    here:  " + ours.get(i) + "\n    there: "
                                + theirs.get(i));
            }
        }
        return ours;
    }

    private boolean isMeant(Row row, String ours) {
        for (Difference one : Difference.values()) {
            if (row.request.matches(one.requests) && !ours.equals("OK")) {
                met.add(one);
                return true;
            }
        }
        return false;
    }

    private List<String> allRules() {
        List<String> all = new ArrayList<>(RULES);
        for (String category : categories) {
            all.add("+@" + category + " ~* &*");
            all.add("+@all -@" + category + " ~* &*");
        }
        return all;
    }

    @Test
    void allowWhatRedisAllows() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient here = sidecar.connect();
                RespClient there = real.connect()) {
            gather(there);
            assertThat(rows.size()).isGreaterThan(350);
            assertThat(categories).hasSizeGreaterThan(19);
            for (String rules : allRules()) {
                compare(here, there, rules, rows);
            }
            for (Row row : rows) {
                compare(here, there, "+" + row.name + " ~* &*", List.of(row));
                compare(here, there, "+@all -" + row.name + " ~* &*", List.of(row));
            }
            there.call("ACL", "DELUSER", "u");
        }
        assertThat(differences).isEmpty();
        assertThat(met).containsExactly(Difference.values());
        System.out.println("RightsDifferentialTest: " + compared + " verdicts compared");
    }

    // ---------------------------------------------------------------- real attempts

    /** A state of a connection: what an unrestricted user has sent before its rules change. */
    private enum State {
        FRESH(""),
        AFTER_RESET("RESET"),
        SUBSCRIBED("HELLO 3;SUBSCRIBE x"),
        UNSUBSCRIBED("HELLO 3;SUBSCRIBE x;UNSUBSCRIBE x"),
        IN_TRANSACTION("MULTI"),
        BEHIND_MONITOR("HELLO 3;MONITOR");

        private final String lines;

        State(String lines) {
            this.lines = lines;
        }

        List<String> lines() {
            return lines.isEmpty() ? List.of() : List.of(lines.split(";", -1));
        }
    }

    private void attempt(TestSidecar sidecar, RespClient admin, State state, String rules, Map<Row, Boolean> allowed)
            throws IOException {
        setUser(admin, "v", "+@all ~* &*");
        try (RespClient client = sidecar.connect()) {
            assertThat(client.call("AUTH", "v", "any")).hasToString("+OK");
            for (String line : state.lines()) {
                client.send((Object[]) line.split(" ", -1));
                client.message();
            }
            setUser(admin, state == State.IN_TRANSACTION ? "v" : "w", rules);
            if (state != State.IN_TRANSACTION) {
                assertThat(client.call("AUTH", "w", "any")).hasToString("+OK");
            }
            List<Row> asked = new ArrayList<>(allowed.keySet());
            List<RespValue> replies = all(client, asked.stream().map(Row::words).toList());
            for (int i = 0; i < asked.size(); i++) {
                attempted++;
                boolean isDenied = replies.get(i).toString().matches("-(EXECABORT.*)?NOPERM.*");
                if (isDenied == allowed.getOrDefault(asked.get(i), false)) {
                    differences
                            .computeIfAbsent(state + " " + rules, _ -> new ArrayList<>())
                            .add("\n  " + asked.get(i).request + " " + replies.get(i));
                }
            }
        }
    }

    /** The requests to attempt, and whether they are allowed. */
    private Map<Row, Boolean> attempts(List<String> verdicts, Predicate<Row> mayRun) {
        Map<Row, Boolean> attempts = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            boolean isAllowed = verdicts.get(i).equals("OK");
            boolean isDenied = verdicts.get(i).startsWith("This user");
            Row row = rows.get(i);
            if (isDenied || isAllowed && !NOT_ATTEMPTED.contains(row.name) && mayRun.test(row)) {
                attempts.put(row, isAllowed);
            }
        }
        return attempts;
    }

    @Test
    void attemptsAreJudgedLikeThatInEveryStateOfAConnection() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient here = sidecar.connect();
                RespClient there = real.connect()) {
            gather(there);
            for (String rules : RULES) {
                Map<Row, Boolean> attempts = attempts(compare(here, there, rules, rows), _ -> true);
                for (State state : State.values()) {
                    attempt(sidecar, here, state, rules, attempts);
                }
            }
            for (String rules : allRules()) {
                attempt(sidecar, here, State.FRESH, rules, attempts(verdicts(here, rules, rows), _ -> true));
            }
            there.call("ACL", "DELUSER", "u");
        }
        assertThat(differences).isEmpty();
        System.out.println("RightsDifferentialTest: " + attempted + " attempts without an L2");
    }

    /** What is denied stays denied before an L2. Of the rest, only reads are attempted, which leave L2 as it is. */
    @Test
    void attemptsAreJudgedLikeThatBeforeAnL2() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
        try (RedisServerProcess redis = RedisServerProcess.start();
                TestSidecar sidecar = TestSidecar.before("redis://127.0.0.1:" + redis.port());
                RespClient here = sidecar.connect();
                RespClient direct = redis.connect();
                RespClient there = real.connect()) {
            gather(there);
            String users = direct.call("ACL", "LIST").toString();
            for (String rules : RULES) {
                List<String> verdicts = compare(here, there, rules, rows);
                Map<Row, Boolean> attempts = attempts(
                        verdicts,
                        row -> Set.of("get", "mget", "strlen", "ttl", "exists").contains(row.name));
                for (State state : State.values()) {
                    attempt(sidecar, here, state, rules, attempts);
                }
            }
            assertThat(direct.call("ACL", "LIST")).hasToString(users);
            there.call("ACL", "DELUSER", "u");
        }
        assertThat(differences).isEmpty();
        System.out.println("RightsDifferentialTest: " + attempted + " attempts before an L2");
    }
}
