package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes over a link whose server is well. */
final class RequestsTest {
    private static RedisServerProcess redis;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @BeforeEach
    void empty() throws Exception {
        redis.call("FLUSHALL");
        redis.call("CONFIG", "RESETSTAT");
    }

    @Test
    void handsOnRepliesAsTheyCame() throws Exception {
        String large = "x".repeat(3_000_000);
        List<Object[]> requests = List.of(
                new Object[] {"SET", "text", "a\r\nb"},
                new Object[] {"GET", "text"},
                new Object[] {"GET", "none"},
                new Object[] {"SET", "large", large},
                new Object[] {"GET", "large"},
                new Object[] {"INCR", "number"},
                new Object[] {"INCR", "text"},
                new Object[] {"NONSENSE"},
                new Object[] {"HSET", "hash", "field", "value"},
                new Object[] {"HGETALL", "hash"},
                new Object[] {"SADD", "set", "member"},
                new Object[] {"SMEMBERS", "set"},
                new Object[] {"ZADD", "sorted", "1.5", "member"},
                new Object[] {"ZSCORE", "sorted", "member"},
                new Object[] {"ZRANGE", "sorted", "0", "-1", "WITHSCORES"},
                new Object[] {"BLPOP", "none", "0.01"},
                new Object[] {"MGET", "text", "none"},
                new Object[] {"DEBUG", "PROTOCOL", "string"},
                new Object[] {"EVAL", "return {1,{2,{3,'x'}},false}", "0"},
                new Object[] {"EVAL", "redis.setresp(3); return {double=3.25}", "0"},
                new Object[] {"EVAL", "redis.setresp(3); return {big_number='12345678901234567890'}", "0"},
                new Object[] {"EVAL", "redis.setresp(3); return {map={a=true}}", "0"},
                new Object[] {"EVAL", "return {verbatim_string={format='txt', string='hi'}}", "0"},
                new Object[] {"LOLWUT", "VERSION", "1"});
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            link.awaitCoherent();
            for (RespVersion protocol : List.of(RespVersion.RESP2, RespVersion.RESP3)) {
                redis.call("FLUSHALL");
                List<String> straight = straight(protocol, requests);
                redis.call("FLUSHALL");
                List<CompletableFuture<String>> through = new ArrayList<>();
                for (Object[] request : requests) {
                    through.add(link.plain(protocol, -1, "key", request));
                }
                for (int i = 0; i < through.size(); i++) {
                    assertThat(through.get(i).get(20, TimeUnit.SECONDS))
                            .as("%s in %s", requests.get(i)[0], protocol)
                            .isEqualTo(straight.get(i));
                }
            }
            assertThat(link.l2.status().totals().sent()).isGreaterThanOrEqualTo(2L * requests.size());
        }
    }

    /** What the server says itself, byte by byte: its end is known by the reply to an ECHO. */
    private static List<String> straight(RespVersion protocol, List<Object[]> requests) throws Exception {
        List<String> replies = new ArrayList<>();
        for (Object[] request : requests) {
            try (RespClient client = RespClient.connect(redis.port())) {
                client.call("HELLO", protocol == RespVersion.RESP3 ? "3" : "2");
                client.send(request);
                client.send("ECHO", "the end of it");
                client.send("QUIT");
                String all = client.rest();
                replies.add(all.substring(0, all.indexOf("$13\r\nthe end of it")));
            }
        }
        return replies;
    }

    @Test
    void worksOnSelectorsToo() throws Exception {
        try (LinkUnderTest link =
                new LinkUnderTest(L2Options.of("redis://127.0.0.1:" + redis.port()), NioIoHandler.newFactory())) {
            link.awaitCoherent();
            assertThat(link.set("key", "value")).isEqualTo("+OK\r\n");
            assertThat(link.get("key")).isEqualTo("$5\r\nvalue\r\n");
        }
    }

    @Test
    void letsFirstRequestsWaitUntilConnected() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            assertThat(link.set("key", "value")).isEqualTo("+OK\r\n");
        }
    }

    @Test
    void keepsDatabasesApart() throws Exception {
        try (LinkUnderTest link = new LinkUnderTest(L2Options.of("redis://127.0.0.1:" + redis.port() + "/2"))) {
            link.awaitCoherent();
            link.set("key", "of the second");
            link.plain(RespVersion.RESP2, 5, "key", "SET", "key", "of the fifth")
                    .get(20, TimeUnit.SECONDS);
            assertThat(link.get("key")).isEqualTo("$13\r\nof the second\r\n");
            assertThat(link.plain(RespVersion.RESP2, 5, "key", "GET", "key").get(20, TimeUnit.SECONDS))
                    .isEqualTo("$12\r\nof the fifth\r\n");
            assertThat(link.plain(RespVersion.RESP2, 0, "key", "GET", "key").get(20, TimeUnit.SECONDS))
                    .isEqualTo("$-1\r\n");
            assertThat(link.plain(RespVersion.RESP2, 99, "key", "GET", "key").get(20, TimeUnit.SECONDS))
                    .isEqualTo("NOT_CONNECTED");
        }
    }

    @Test
    void reportsChangesInTheirPlaceAmongReplies() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            link.awaitCoherent();
            link.tracked("first", "key", "GET", "key").get(20, TimeUnit.SECONDS);
            redis.call("SET", "key", "new");
            link.tracked("second", "key", "GET", "key").get(20, TimeUnit.SECONDS);
            link.awaitEvent("invalidated key");
            redis.call("FLUSHALL");
            link.awaitEvent("invalidated all");
            int generation = link.l2.generation(0);
            assertThat(link.events())
                    .containsExactly(
                            "began " + generation, "first _", "invalidated key", "second $3\r\nnew", "invalidated all");
            assertThat(link.l2.status().totals().invalidations()).isEqualTo(1);
        }
    }

    @Test
    void reportsItsOwnWritesToo() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            link.awaitCoherent();
            link.get("key");
            link.set("key", "new");
            link.awaitEvent("invalidated key");
        }
    }

    @Test
    void reportsAllKeysUnderPrefixes() throws Exception {
        L2Options options = L2Options.builder("redis://127.0.0.1:" + redis.port())
                .trackedPrefixes(List.of("user:", "item:"))
                .build();
        try (LinkUnderTest link = new LinkUnderTest(options)) {
            link.awaitCoherent();
            redis.call("SET", "other:1", "new");
            redis.call("SET", "user:1", "new");
            redis.call("SET", "item:1", "new");
            link.awaitEvent("invalidated item:1");
            assertThat(link.events()).contains("invalidated user:1").doesNotContain("invalidated other:1");
            Await.until("the lag is known", () -> link.l2.status().lagNanos() >= 0);
            assertThat(link.events()).noneMatch(event -> event.contains("cachee:probe"));
        }
    }

    @Test
    void measuresHowLongChangesTake() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            Await.until("the lag is known", () -> link.l2.status().lagNanos() >= 0);
            assertThat(link.events()).noneMatch(event -> event.contains("cachee:probe"));
        }
    }

    @Test
    void needsTwoConnectionsWhileClientsSpeakOneProtocol() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            link.awaitCoherent();
            reply(link.plain(RespVersion.RESP2, -1, "key", "GET", "key"));
            link.l2.learnCommands().get(20, TimeUnit.SECONDS);
            Await.until("the lag is known", () -> link.l2.status().lagNanos() >= 0);
            assertThat(link.l2.status().connections()).isEqualTo(2);
        }
    }

    @Test
    void sendsItsOwnRequestsWhereThoseOfClientsGo() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            link.awaitCoherent();
            for (RespVersion asked : List.of(RespVersion.RESP3, RespVersion.RESP2)) {
                String id = reply(link.plain(asked, -1, "key", "CLIENT", "ID"));
                assertThat(reply(link.plain(RespVersion.EITHER, -1, "key", "CLIENT", "ID")))
                        .isEqualTo(id);
            }
        }
    }

    private static String reply(CompletableFuture<String> coming) throws Exception {
        return coming.get(20, TimeUnit.SECONDS);
    }

    private static List<String> specs(LinkUnderTest link, String name) {
        return command(link, name).keys().specs().stream()
                .map(spec -> (spec.isCounted() ? "#" : "") + (spec.keyword().isEmpty() ? "" : spec.keyword() + "@")
                        + spec.index() + " " + spec.last() + "/" + spec.step() + " "
                        + new TreeSet<>(spec.flags()))
                .toList();
    }

    @Test
    void knowsTheCommandsOfTheServer() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            assertThat(link.l2.command("get")).isNull();
            link.l2.learnCommands().get(20, TimeUnit.SECONDS);
            RemoteCommand get = command(link, "get");
            assertThat(get.arity()).isEqualTo(2);
            assertThat(get.isWrite()).isFalse();
            assertThat(get.keys().first()).isOne();
            assertThat(command(link, "set").isWrite()).isTrue();
            assertThat(command(link, "blpop").flags().contains("blocking")).isTrue();
            assertThat(command(link, "eval").hasMovableKeys()).isTrue();
            assertThat(specs(link, "eval")).containsExactly("#2 0/1 [access, rw, update]");
            assertThat(specs(link, "mset")).containsExactly("1 -1/2 [ow, update]");
            assertThat(specs(link, "georadius"))
                    .containsExactly("1 0/1 [access, ro]", "STORE@6 0/1 [ow, update]", "STOREDIST@6 0/1 [ow, update]");
            assertThat(specs(link, "sort"))
                    .containsExactly("1 0/1 [access, ro]", "0 0/1 [access, ro]", "0 0/1 [ow, update]");
            RemoteCommand create =
                    Objects.requireNonNull(command(link, "xgroup").subcommand("xgroup|create"));
            assertThat(create.categories()).contains("write", "stream");
            assertThat(create.keys().specs()).hasSize(1);
            assertThat(command(link, "xgroup").subcommand("xgroup|nosuch")).isNull();
            assertThat(command(link, "zadd").categories()).contains("write", "sortedset");
            assertThat(link.l2.command("nonsense")).isNull();
        }
    }

    private static RemoteCommand command(LinkUnderTest link, String name) {
        return Objects.requireNonNull(link.l2.command(name));
    }

    @Test
    void refusesMoreThanMayWait() throws Exception {
        L2Options few = LinkUnderTest.impatient("redis://127.0.0.1:" + redis.port(), 5_000, 5);
        try (LinkUnderTest link = new LinkUnderTest(few)) {
            link.awaitCoherent();
            List<CompletableFuture<String>> replies = new ArrayList<>();
            link.run(() -> {
                for (int i = 0; i < few.mostRequests() + 10; i++) {
                    replies.add(link.tracked(null, "key", "GET", "key"));
                }
            });
            int refused = 0;
            for (CompletableFuture<String> reply : replies) {
                refused += reply.get(20, TimeUnit.SECONDS).equals("OVERLOADED") ? 1 : 0;
            }
            assertThat(refused).isBetween(10, 20);
            assertThat(link.get("key")).isEqualTo("_\r\n");
        }
    }

    @Test
    void saysWhoItIs() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            link.awaitCoherent();
            assertThat(redis.call("CLIENT", "LIST").string()).contains("name=cachee");
            assertThat(new String(redis.call("CLIENT", "LIST").bytes(), ISO_8859_1))
                    .contains("flags=t");
        }
    }

    @Test
    void endsAllConnectionsAndThreadsWhenItIsClosed() throws Exception {
        LinkUnderTest link = LinkUnderTest.to(redis.port());
        link.awaitCoherent();
        link.set("key", "value");
        CompletableFuture<String> stuck = link.plain(RespVersion.RESP3, -1, "none", "BLPOP", "none", "0");
        link.close();
        assertThat(stuck.get(20, TimeUnit.SECONDS)).isEqualTo("CONNECTION_LOST");
        assertThat(link.l2.status().connections()).isZero();
        assertThat(link.l2.generation(0)).isZero();
        Await.until(
                "the server has no client of ours",
                () -> !redis.call("CLIENT", "LIST").string().contains("name=cachee"));
        Await.until(
                "no thread is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("cachee-l2")
                                || thread.getName().startsWith("lettuce")));
        link.l2.close();
    }
}
