package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.RemoteCommand;
import io.cachee.resp.Request;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandTable;
import io.cachee.server.engine.Handler;
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

    @Test
    void whatL2CallsAdminMayChangeTheServerBehind() {
        for (Set<String> flags : List.of(Set.of("admin"), Set.of("admin", "write"), Set.of("admin", "readonly"))) {
            inL2.put("mod.admin", new RemoteCommand("mod.admin", -1, flags, 1, 1, 1, Set.of()));
            assertAdministers(true, null, "MOD.ADMIN", "x");
        }
        inL2.put("log", new RemoteCommand("log", -2, Set.of(), 0, 0, 0, Set.of()));
        inL2.put("log|reset", new RemoteCommand("log|reset", 2, Set.of("admin"), 0, 0, 0, Set.of()));
        inL2.put("log|help", new RemoteCommand("log|help", 2, Set.of("loading"), 0, 0, 0, Set.of()));
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
        inL2.put("cluster|slot-stats", new RemoteCommand("", -4, Set.of("stale"), 0, 0, 0, Set.of()));
        inL2.put("script|evil", new RemoteCommand("", -4, Set.of("admin"), 0, 0, 0, Set.of()));
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
}
