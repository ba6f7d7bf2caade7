package io.cachee.l2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RedisServerProcess;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which commands that we have no row for may travel over a connection that clients share. */
final class RemoteCommandTest {
    private record Case(Set<String> flags, int firstKey, boolean mayShare) {}

    private static final List<Case> CASES = List.of(
            new Case(Set.of("readonly"), 1, true),
            new Case(Set.of("write"), 1, true),
            new Case(Set.of("write", "denyoom", "fast"), 1, true),
            new Case(Set.of("readonly", "movablekeys"), 2, true),
            // Each of these flags refuses by itself.
            new Case(Set.of("write", "admin"), 1, false),
            new Case(Set.of("write", "blocking"), 1, false),
            new Case(Set.of("write", "pubsub"), 1, false),
            new Case(Set.of("write", "noscript"), 1, false),
            new Case(Set.of("write", "no_multi"), 1, false),
            new Case(Set.of("write", "no-multi"), 1, false),
            new Case(Set.of("readonly", "admin"), 1, false),
            new Case(Set.of("readonly", "blocking"), 1, false),
            new Case(Set.of("readonly", "pubsub"), 1, false),
            new Case(Set.of("readonly", "noscript"), 1, false),
            new Case(Set.of("readonly", "no_multi"), 1, false),
            // No keys, or none whose position is known.
            new Case(Set.of("readonly"), 0, false),
            new Case(Set.of("write"), 0, false),
            new Case(Set.of("readonly", "movablekeys"), 0, false),
            // Neither a read nor a write.
            new Case(Set.of(), 1, false),
            new Case(Set.of("fast", "loading", "stale"), 1, false),
            new Case(Set.of(), 0, false));

    @Test
    void sharesOnlyReadsAndWritesOfKeysWithoutTheirOwnState() {
        for (Case one : CASES) {
            RemoteCommand.Keys keys = RemoteCommand.Keys.row(one.firstKey, one.firstKey, 1);
            RemoteCommand command = new RemoteCommand("unlisted", -2, one.flags, keys, Set.of(), List.of());
            assertThat(command.mayShareConnection()).as("%s", one).isEqualTo(one.mayShare);
        }
    }

    @Test
    void judgesTheCommandsOfARealServer() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            link.l2.learnCommands().get(20, TimeUnit.SECONDS);
            for (String name : List.of(
                    "subscribe",
                    "psubscribe",
                    "ssubscribe",
                    "blpop",
                    "blmove",
                    "bzpopmin",
                    "eval",
                    "multi",
                    "exec",
                    "watch",
                    "script",
                    "debug",
                    "shutdown",
                    "sync",
                    "psync",
                    "replconf",
                    "client",
                    "wait",
                    "monitor",
                    "reset",
                    "hello",
                    "auth",
                    "select",
                    "config",
                    "flushall")) {
                assertThat(mayShare(link, name)).as(name).isFalse();
            }
            for (String name : List.of("get", "hget", "zadd", "set", "del", "mget")) {
                assertThat(mayShare(link, name)).as(name).isTrue();
            }
        }
    }

    @Test
    void knowsTheFlagsOfSubcommands() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            link.l2.learnCommands().get(20, TimeUnit.SECONDS);
            for (String name : List.of("config|set", "cluster|reset", "module|load", "client|kill")) {
                assertThat(Objects.requireNonNull(link.l2.command(name), name).flags())
                        .as(name)
                        .contains("admin");
            }
            assertThat(Objects.requireNonNull(link.l2.command("cluster|info")).flags())
                    .doesNotContain("admin");
            // The last command of the reply is found behind those with subcommands.
            assertThat(link.l2.command("xgroup|create")).isNotNull();
            assertThat(link.l2.command("get")).isNotNull();
        }
    }

    private static boolean mayShare(LinkUnderTest link, String name) {
        return Objects.requireNonNull(link.l2.command(name), name).mayShareConnection();
    }
}
