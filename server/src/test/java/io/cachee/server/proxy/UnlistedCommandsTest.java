package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.RemoteCommand;
import io.cachee.l2.RemoteKeySpec;
import io.cachee.resp.Request;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandTable;
import io.cachee.server.engine.Handler;
import io.cachee.server.engine.Rights;
import io.cachee.server.engine.Route;
import io.cachee.server.engine.Trait;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which commands that the table lacks may travel over a connection that clients share. */
final class UnlistedCommandsTest {
    private static final Handler SHARED = _ -> {};
    private static final Handler ADMIN = _ -> {};
    private static final Handler OWN = _ -> {};

    private final Map<String, RemoteCommand> inL2 = new HashMap<>();
    private final UnlistedCommands unlisted = new UnlistedCommands(inL2::get, 500, SHARED, ADMIN, OWN);
    private final CommandTable table = CommandFamilies.rows().table();

    private static Request request(String... words) {
        return Request.of(Stream.of(words)
                .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
                .toArray(byte[][]::new));
    }

    private static RemoteCommand described(String name, int firstKey, String... flags) {
        RemoteCommand.Keys keys = RemoteCommand.Keys.row(firstKey, firstKey, 1);
        return new RemoteCommand(name, -2, Set.of(flags), keys, Set.of("read"), List.of());
    }

    private Command rowOf(int firstKey, String... flags) {
        String name = "mod." + firstKey + String.join(".", flags);
        inL2.put(name, described(name, firstKey, flags));
        return unlisted.rowOf(null, request(name, "key"));
    }

    private static void assertShares(Command row, boolean shares) {
        assertThat(row.route).as(row.name).isEqualTo(shares ? Route.FORWARD : Route.OWN_CONNECTION);
        assertThat(row.handler).as(row.name).isSameAs(shares ? SHARED : row.is(Trait.L2_ADMIN) ? ADMIN : OWN);
    }

    @Test
    void readsAndWritesOfKnownKeysShareAConnection() {
        assertShares(rowOf(1, "readonly"), true);
        assertShares(rowOf(1, "readonly", "fast"), true);
        assertShares(rowOf(1, "write", "denyoom"), true);
        assertShares(rowOf(2, "write", "movablekeys"), true);
    }

    @Test
    void whatIsNeitherAReadNorAWriteHasItsOwnConnection() {
        assertShares(rowOf(1), false);
        assertShares(rowOf(1, "fast", "loading", "stale"), false);
    }

    @Test
    void whatNamesNoKeyHasItsOwnConnection() {
        assertShares(rowOf(0, "readonly"), false);
        assertShares(rowOf(0, "write"), false);
        assertShares(rowOf(0, "readonly", "movablekeys"), false);
    }

    @Test
    void whatNeedsMoreThanOneReplyHasItsOwnConnection() {
        for (String flag : List.of("admin", "blocking", "pubsub", "noscript", "no_multi", "no-multi")) {
            assertShares(rowOf(1, "readonly", flag), false);
            assertShares(rowOf(1, "write", flag), false);
        }
    }

    @Test
    void whatL2DoesNotKnowHasItsOwnConnectionAndMayWriteAnything() {
        Command row = unlisted.rowOf(null, request("FOO", "a", "b"));
        assertShares(row, false);
        assertThat(row.writesUnnamed).isTrue();
        inL2.put("foo", described("foo", 1, "readonly"));
        assertShares(unlisted.rowOf(null, request("Foo", "a", "b")), true);
    }

    @Test
    void noUnlistedSubcommandSharesAConnection() {
        inL2.put("xgroup", described("xgroup", 1, "write"));
        inL2.put("xgroup|nonsense", described("xgroup|nonsense", 1, "write"));
        for (String name : List.of("XGROUP", "object", "Script", "FUNCTION", "xinfo", "pubsub", "command")) {
            Command container = container(name);
            Command row = unlisted.rowOf(container, request(name, "NONSENSE", "key"));
            assertShares(row, false);
            assertThat(row.is(Trait.WRITES_UNNAMED)).isTrue();
        }
    }

    private Command container(String name) {
        @Nullable Command row = table.rowOf(request(name));
        return Objects.requireNonNull(row, name);
    }

    @Test
    void unlistedSubcommandsAboutTheSidecarAreRefusedByIt() {
        for (String name : List.of("client", "config", "acl", "memory")) {
            Command container = container(name);
            assertThat(container.route).as(name).isEqualTo(Route.LOCAL);
            assertThat(unlisted.rowOf(container, request(name, "NONSENSE"))).isSameAs(container);
        }
    }

    private void assertAdministers(boolean does, @Nullable Command container, String... words) {
        Command row = unlisted.rowOf(container, request(words));
        assertThat(row.is(Trait.L2_ADMIN)).as(row.name).isEqualTo(does);
        assertThat(row.handler).as(row.name).isSameAs(does ? ADMIN : OWN);
    }

    private void putContainer(String name, RemoteCommand... subcommands) {
        RemoteCommand.Keys none = RemoteCommand.Keys.row(0, 0, 0);
        inL2.put(name, new RemoteCommand(name, -2, Set.of(), none, Set.of(), List.of(subcommands)));
    }

    @Test
    void whatL2CallsAdminMayChangeTheServerBehind() {
        for (Set<String> flags : List.of(Set.of("admin"), Set.of("admin", "write"), Set.of("admin", "readonly"))) {
            inL2.put("mod.admin", described("mod.admin", 1, flags.toArray(String[]::new)));
            assertAdministers(true, null, "MOD.ADMIN", "x");
        }
        putContainer("log", described("log|reset", 0, "admin"), described("log|help", 0, "loading"));
        assertAdministers(true, null, "log", "RESET");
        assertAdministers(false, null, "LOG", "help");
        assertAdministers(false, null, "LOG");
    }

    @Test
    void anUndescribedSubcommandMayChangeTheServerBehindIfOthersDo() {
        assertAdministers(true, container("cluster"), "CLUSTER", "nonsense");
        assertAdministers(true, container("module"), "module", "NONSENSE");
        assertAdministers(false, container("xgroup"), "xgroup", "NONSENSE");
        assertAdministers(false, container("script"), "SCRIPT", "NONSENSE");
        putContainer("cluster", described("cluster|slot-stats", 0, "stale"));
        putContainer("script", described("script|evil", 0, "admin"));
        assertAdministers(false, container("cluster"), "CLUSTER", "SLOT-STATS");
        assertAdministers(true, container("script"), "SCRIPT", "EVIL");
    }

    @Test
    void tellsWhatL2SaysOfACommand() {
        Command read = rowOf(1, "readonly");
        assertThat(read.keys(request(read.name, "key", "other")))
                .containsExactly("key".getBytes(StandardCharsets.UTF_8));
        assertThat(read.writes).isFalse();
        assertThat(read.writesUnnamed).isFalse();
        assertThat(read.categories).contains("read");
        assertThat(rowOf(1, "write").writes).isTrue();
        assertThat(rowOf(1, "write", "movablekeys").writesUnnamed).isTrue();
        assertThat(rowOf(1, "write", "movablekeys").is(Trait.HIDES_KEYS)).isTrue();
        assertThat(unlisted.rowOf(null, request(read.name, "key"))).isSameAs(read);
    }

    // ---------------------------------------------------------------- rights

    private static RemoteKeySpec spec(String access, boolean isCounted, String keyword, int index) {
        return new RemoteKeySpec(Set.of(access.split(" ", -1)), isCounted, keyword, index, 0, 1, 0);
    }

    private RemoteCommand withKeys(String name, Set<String> flags, RemoteKeySpec... specs) {
        RemoteCommand.Keys keys = new RemoteCommand.Keys(0, 0, 0, List.of(specs));
        return new RemoteCommand(name, -2, flags, keys, Set.of("write"), List.of());
    }

    /** What ACL DRYRUN says of a user that may use the keys {@code app:*}. */
    private String verdict(String... words) {
        Command row = unlisted.rowOf(null, request(words));
        return Rights.verdict(table, row, request(words), "+@all", "%R~app:*", "%RW~rw:*");
    }

    @Test
    void keysAreCheckedBySpecificationsOfL2() {
        RemoteKeySpec counted = spec("ro access", true, "", 1);
        RemoteKeySpec store = spec("ow update", false, "STORE", 1);
        inL2.put("mod.merge", withKeys("mod.merge", Set.of("write", "movablekeys"), counted));
        inL2.put("mod.store", withKeys("mod.store", Set.of("write"), spec("ro access", false, "", 1), store));
        assertThat(verdict("mod.merge", "2", "app:1", "app:2", "other")).isEqualTo("OK");
        assertThat(verdict("mod.merge", "2", "app:1", "other")).contains("'other' key");
        assertThat(verdict("mod.merge", "3", "app:1", "app:2")).contains("key");
        assertThat(verdict("mod.store", "app:1")).isEqualTo("OK");
        assertThat(verdict("mod.store", "app:1", "STORE", "rw:1")).isEqualTo("OK");
        assertThat(verdict("mod.store", "app:1", "STORE", "app:2")).contains("'app:2' key");
        assertThat(verdict("mod.store", "app:1", "STORE", "rw:1", "store", "app:2"))
                .contains("'app:2' key");
    }

    @Test
    void whereKeysCannotBeToldOnlyWhoMayUseAllMayRunIt() {
        inL2.put("mod.hidden", withKeys("mod.hidden", Set.of("readonly"), spec("ro access", false, "", 0)));
        inL2.put("mod.partly", withKeys("mod.partly", Set.of("readonly"), spec("ro access incomplete", false, "", 1)));
        inL2.put("mod.silent", withKeys("mod.silent", Set.of("readonly")));
        inL2.put("mod.old", described("mod.old", 1, "readonly", "movablekeys"));
        for (String name : List.of("mod.hidden", "mod.partly", "mod.silent", "mod.old", "mod.unknown")) {
            String[] words = {name, "app:1"};
            assertThat(verdict(words)).as(name).contains("key");
            Command row = unlisted.rowOf(null, request(words));
            assertThat(Rights.verdict(table, row, request(words), "+@all", "~*"))
                    .as(name)
                    .isEqualTo("OK");
        }
        inL2.put("mod.none", withKeys("mod.none", Set.of("fast")));
        assertThat(verdict("mod.none", "x")).isEqualTo("OK");
    }

    @Test
    void subcommandsThatOnlyL2KnowsHaveRowsOfTheirOwn() {
        RemoteCommand.Keys key = new RemoteCommand.Keys(0, 0, 0, List.of(spec("ro access", false, "", 2)));
        RemoteCommand read = new RemoteCommand("mod|read", -3, Set.of("readonly"), key, Set.of("read"), List.of());
        RemoteCommand manage = new RemoteCommand(
                "mod|manage", 2, Set.of("admin"), RemoteCommand.Keys.row(0, 0, 0), Set.of("admin"), List.of());
        inL2.put(
                "mod",
                new RemoteCommand(
                        "mod", -2, Set.of(), RemoteCommand.Keys.row(0, 0, 0), Set.of("slow"), List.of(read, manage)));
        Request reads = request("MOD", "Read", "app:1");
        Command row = unlisted.rowOf(null, reads);
        assertThat(row.name).isEqualTo("mod|read");
        assertThat(Rights.verdict(table, row, reads, "+@read", "~app:*")).isEqualTo("OK");
        assertThat(Rights.verdict(table, row, reads, "+@read", "~other")).contains("'app:1' key");
        assertThat(Rights.verdict(table, row, reads, "+@all", "-mod|read", "~*"))
                .contains("'mod|read' command");
        Request manages = request("mod", "manage");
        Command other = unlisted.rowOf(null, manages);
        assertThat(Rights.verdict(table, other, manages, "+@all", "-@admin", "~*"))
                .contains("'mod|manage' command");
        assertThat(Rights.verdict(table, other, manages, "+mod|manage", "~*")).isEqualTo("OK");
        assertShares(row, false);
    }

    @Test
    void firstArgumentsOfCommandsThatOnlyL2Knows() {
        inL2.put("mod.first", withKeys("mod.first", Set.of("fast")));
        Request first = request("mod.first", "One");
        Command row = unlisted.rowOf(null, first);
        assertThat(Rights.verdict(table, row, first, "+mod.first|one")).isEqualTo("OK");
        assertThat(Rights.verdict(table, row, first, "+mod.first|two")).contains("command");
    }
}
