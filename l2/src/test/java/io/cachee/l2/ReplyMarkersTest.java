package io.cachee.l2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A shared connection whose replies do not belong to its requests ends before many were handed out. */
final class ReplyMarkersTest {
    private static final int REQUESTS = 5_000;

    private static RedisServerProcess redis;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static LinkUnderTest link() throws Exception {
        LinkUnderTest link = LinkUnderTest.to(redis.port());
        link.awaitCoherent();
        assertThat(link.call("", "PING")).isEqualTo("+PONG\r\n");
        return link;
    }

    private static long outOfStep(LinkUnderTest link) {
        return link.l2.status().totals().outOfStep();
    }

    private static long echoes() throws Exception {
        return redis.call("INFO", "commandstats")
                .string()
                .lines()
                .filter(line -> line.startsWith("cmdstat_echo:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("cmdstat_echo:calls=(\\d+),.*", "$1")))
                .sum();
    }

    /** Sends numbers, each of which should come back, behind a command that shifts the replies. */
    private static List<String> repliesAfter(LinkUnderTest link, Object... shifting) throws Exception {
        List<CompletableFuture<String>> replies = new ArrayList<>();
        link.run(() -> {
            var ignored = link.plain(RespVersion.RESP3, -1, "", shifting);
            for (int i = 0; i < REQUESTS; i++) {
                replies.add(link.plain(RespVersion.RESP3, -1, "", "EVAL", "return '" + i + "'", "0"));
            }
        });
        List<String> all = new ArrayList<>();
        for (CompletableFuture<String> reply : replies) {
            all.add(reply.get(20, TimeUnit.SECONDS));
        }
        return all;
    }

    private static boolean isForeign(List<String> replies, int at) {
        String own = String.valueOf(at);
        return !replies.get(at).equals("$" + own.length() + "\r\n" + own + "\r\n");
    }

    private static void assertEndsSoon(LinkUnderTest link, List<String> replies) throws Exception {
        int foreign = 0;
        int lost = 0;
        for (int i = 0; i < REQUESTS; i++) {
            boolean isLost = replies.get(i).equals("CONNECTION_LOST");
            lost += isLost ? 1 : 0;
            foreign += !isLost && isForeign(replies, i) ? 1 : 0;
            assertThat(isLost || lost == 0)
                    .as("no reply is handed out after the end")
                    .isTrue();
        }
        assertThat(foreign).isLessThanOrEqualTo(ReplyMarkers.REQUESTS_BETWEEN);
        assertThat(lost).isGreaterThanOrEqualTo(REQUESTS - ReplyMarkers.REQUESTS_BETWEEN);
        assertThat(outOfStep(link)).isEqualTo(1);
        assertThat(link.events())
                .filteredOn(event -> event.contains("out of step"))
                .hasSize(1);
        Await.until("it works again", () -> link.call("", "PING").equals("+PONG\r\n"));
        assertThat(outOfStep(link)).isEqualTo(1);
    }

    @Test
    void endsAConnectionThatLacksAReply() throws Exception {
        try (LinkUnderTest link = link()) {
            assertEndsSoon(link, repliesAfter(link, "REPLCONF", "ACK", "1"));
        }
    }

    @Test
    void endsAConnectionThatSkipsReplies() throws Exception {
        try (LinkUnderTest link = link()) {
            assertEndsSoon(link, repliesAfter(link, "CLIENT", "REPLY", "SKIP"));
        }
    }

    @Test
    void endsAConnectionWithAReplyTooMany() throws Exception {
        try (LinkUnderTest link = link()) {
            CompletableFuture<String> first = link.plain(RespVersion.RESP2, -1, "", "PING");
            assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("+PONG\r\n");
            CompletableFuture<String> shifted = link.plain(RespVersion.RESP2, -1, "", "PSUBSCRIBE", "a", "b");
            assertThat(shifted.get(20, TimeUnit.SECONDS)).contains("psubscribe");
            Await.until("the second reply has ended it", () -> outOfStep(link) == 1);
        }
    }

    @Test
    void sendsAMarkerForEveryThousandRequestsAndNoMore() throws Exception {
        try (LinkUnderTest link = link()) {
            long before = echoes();
            List<String> replies = repliesAfter(link, "PING");
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(isForeign(replies, i)).isFalse();
            }
            assertThat(echoes() - before).isBetween(REQUESTS / 1_000L, REQUESTS / 1_000L + 30);
            assertThat(outOfStep(link)).isZero();
        }
    }

    @Test
    void aBusyOrForbiddingServerIsNotOutOfStep() throws Exception {
        try (LinkUnderTest link = link()) {
            redis.call("ACL", "SETUSER", "default", "-echo");
            try {
                List<String> replies = repliesAfter(link, "PING");
                assertThat(isForeign(replies, REQUESTS - 1)).isFalse();
                assertThat(outOfStep(link)).isZero();
                try (LinkUnderTest forbidden = link()) {
                    assertThat(isForeign(repliesAfter(forbidden, "PING"), REQUESTS - 1))
                            .isFalse();
                    assertThat(outOfStep(forbidden)).isZero();
                    assertThat(forbidden.events()).anyMatch(event -> event.contains("does not answer ECHO"));
                }
            } finally {
                redis.call("ACL", "SETUSER", "default", "+echo");
            }
        }
    }
}
