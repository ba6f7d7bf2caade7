package io.cachee.server.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clients that send and do not read, or want more memory than is theirs. */
final class GreedyClientTest {
    private static final byte[] VALUE = new byte[1 << 20];

    /** Sends the same bytes again and again, until it is closed or the sidecar takes no more; how many it sent. */
    private static final class Sender implements AutoCloseable {
        private final Socket socket;
        private final AtomicLong sent = new AtomicLong();
        private final Thread thread;

        Sender(int port, byte[] bytes, long most) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            thread = Thread.ofVirtual().start(() -> {
                try {
                    OutputStream out = socket.getOutputStream();
                    while (sent.get() < most) {
                        out.write(bytes);
                        sent.addAndGet(bytes.length);
                    }
                } catch (IOException closed) {
                    return;
                }
            });
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aPipelineWhoseRepliesNobodyReadsIsReadNoFurther() throws Exception {
        byte[] pings = "*1\r\n$4\r\nPING\r\n".repeat(10_000).getBytes(ISO_8859_1);
        long million = 100L * pings.length;
        try (NetSidecar sidecar = NetSidecar.start();
                Sender greedy = new Sender(sidecar.port(), pings, 10 * million);
                RespClient other = sidecar.connect()) {
            Await.until("reading has stopped", () -> sidecar.metric("cachee_unsent_bytes") > 256 << 10);
            for (int i = 0; i < 1_000; i++) {
                assertThat(other.call("PING").string()).isEqualTo("PONG");
            }
            assertThat(sidecar.metric("cachee_unsent_bytes")).isLessThan(1 << 20);
            assertThat(sidecar.metric("cachee_unread_bytes")).isLessThan(4 << 20);
            assertThat(greedy.sent.get()).isLessThan(10 * million);
        }
    }

    @Test
    void aMillionPipelinedRequestsAreAllAnsweredOnceTheClientReads() throws Exception {
        int count = 1_000_000;
        byte[] pings = "PING\r\n".repeat(count).getBytes(ISO_8859_1);
        try (NetSidecar sidecar = NetSidecar.start();
                Sender sender = new Sender(sidecar.port(), pings, 1)) {
            byte[] replies = sender.socket.getInputStream().readNBytes(7 * count);
            assertThat(replies).hasSize(7 * count).endsWith("+PONG\r\n".getBytes(ISO_8859_1));
        }
    }

    /** A request for values of which all are replied at once. */
    private static String transaction(int gets) {
        return "MULTI\r\n" + "GET k\r\n".repeat(gets) + "EXEC\r\n";
    }

    /** However large the reply to an MGET is, no more of it is held than its client is about to take. */
    @Test
    void theReplyToAnMgetIsGivenAsItsClientTakesIt() throws Exception {
        try (NetSidecar sidecar = NetSidecar.with()
                        .setting("client-output-buffer-limit", "normal 4mb 3mb 60")
                        .start();
                RespClient slow = sidecar.connect();
                RespClient other = sidecar.connect()) {
            other.call("SET", "k", VALUE);
            slow.sendRaw("MGET" + " k".repeat(100) + "\r\nPING\r\n");
            Await.until("something waits for the client", () -> sidecar.metric("cachee_unsent_bytes") > 100_000);
            assertThat(other.call("PING").string()).isEqualTo("PONG");
            assertThat(slow.reply().items())
                    .hasSize(100)
                    .allSatisfy(value -> assertThat(value.string()).hasSize(VALUE.length));
            assertThat(slow.reply().string()).isEqualTo("PONG");
            assertThat(sidecar.disconnects("output_limit")).isZero();
        }
    }

    @Test
    void repliesBeyondTheHardLimitCloseTheConnection() throws Exception {
        try (NetSidecar sidecar = NetSidecar.with()
                        .setting("client-output-buffer-limit", "normal 4mb 2mb 60")
                        .start();
                RespClient greedy = sidecar.connect();
                RespClient other = sidecar.connect()) {
            other.call("SET", "k", VALUE);
            greedy.sendRaw(transaction(20));
            sidecar.awaitDisconnects("output_limit", 1);
            assertThat(greedy.isClosedByServer()).isTrue();
            assertThat(other.call("STRLEN", "k").number()).isEqualTo(VALUE.length);
            assertThat(sidecar.disconnects("output_limit")).isEqualTo(1);
        }
    }

    @Test
    void repliesBeyondTheSoftLimitCloseTheConnectionWhenTheyStay() throws Exception {
        try (NetSidecar sidecar = NetSidecar.with()
                        .setting("client-output-buffer-limit", "normal 64mb 1mb 1")
                        .start();
                RespClient greedy = sidecar.connect();
                RespClient other = sidecar.connect()) {
            other.call("SET", "k", VALUE);
            greedy.sendRaw("MGET" + " k".repeat(20) + "\r\n");
            sidecar.awaitDisconnects("output_limit", 1);
            assertThat(other.call("PING").string()).isEqualTo("PONG");
        }
    }

    @Test
    void aSubscriberThatDoesNotReadIsDropped() throws Exception {
        try (NetSidecar sidecar = NetSidecar.with()
                        .setting("client-output-buffer-limit", "pubsub 2mb 1mb 60")
                        .start();
                RespClient deaf = sidecar.connect();
                RespClient listening = sidecar.connect();
                RespClient other = sidecar.connect()) {
            deaf.call("SUBSCRIBE", "news");
            listening.call("SUBSCRIBE", "news");
            Await.until("the deaf subscriber is dropped", () -> {
                other.call("PUBLISH", "news", VALUE);
                assertThat(listening.message().item(2).string()).hasSize(VALUE.length);
                return sidecar.disconnects("output_limit") == 1;
            });
            sidecar.awaitClients(2);
            assertThat(deaf.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aClientThatKeepsCopiesAndDoesNotReadIsDropped() throws Exception {
        try (NetSidecar sidecar = NetSidecar.with()
                        .setting("client-output-buffer-limit", "pubsub 1mb 512kb 60")
                        .start();
                RespClient deaf = sidecar.connect();
                RespClient other = sidecar.connect()) {
            deaf.call("HELLO", "3");
            deaf.call("CLIENT", "TRACKING", "ON", "BCAST");
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 1_000; i++) {
                text.append("SET a-rather-long-key-that-is-told-about-")
                        .append(i)
                        .append(" v\r\n");
            }
            byte[] sets = text.toString().getBytes(ISO_8859_1);
            Await.until("the deaf client is dropped", () -> {
                other.sendRaw(sets);
                for (int i = 0; i < 1_000; i++) {
                    assertThat(other.reply().string()).isEqualTo("OK");
                }
                return sidecar.disconnects("output_limit") == 1;
            });
            sidecar.awaitClients(1);
        }
    }

    @Test
    void aRequestBeyondTheQueryLimitClosesTheConnection() throws Exception {
        try (NetSidecar sidecar = NetSidecar.with()
                        .setting("client-query-buffer-limit", "1mb")
                        .start();
                Sender greedy = new Sender(
                        sidecar.port(),
                        ("*100\r\n" + "$60000\r\n" + "x".repeat(60_000) + "\r\n").getBytes(ISO_8859_1),
                        1);
                RespClient other = sidecar.connect()) {
            byte[] more = ("$60000\r\n" + "x".repeat(60_000) + "\r\n").getBytes(ISO_8859_1);
            Await.until("the client is closed", () -> {
                try {
                    greedy.socket.getOutputStream().write(more);
                } catch (IOException closed) {
                    return true;
                }
                return false;
            });
            sidecar.awaitDisconnects("query_limit", 1);
            assertThat(other.call("PING").string()).isEqualTo("PONG");
        }
    }

    @Test
    void whoHoldsMostOfAllRequestBuffersHasToGo() throws Exception {
        NetworkLimits limits =
                NetSidecar.LIMITS.but().memory(BufferLimits.of(4 << 20)).build();
        try (NetSidecar sidecar = NetSidecar.with().limits(limits).start();
                RespClient modest = sidecar.connect()) {
            modest.sendRaw("*2\r\n$4\r\nECHO\r\n$300000\r\n" + "m".repeat(200_000));
            List<RespClient> greedy = new ArrayList<>();
            try {
                for (int i = 0; sidecar.disconnects("buffer_total") < 2; i++) {
                    RespClient client = sidecar.connect();
                    greedy.add(client);
                    try {
                        client.sendRaw("*2\r\n$4\r\nECHO\r\n$1000000\r\n" + "g".repeat(900_000));
                    } catch (SocketException closed) {
                        // Whoever holds most may still be sending.
                    }
                    double already = i * 900_000.0;
                    Await.until(
                            "it has arrived",
                            () -> sidecar.metric("cachee_unread_bytes") > already
                                    || sidecar.disconnects("buffer_total") > 0);
                }
            } finally {
                for (RespClient client : greedy) {
                    client.close();
                }
            }
            modest.sendRaw("m".repeat(100_000) + "\r\n");
            assertThat(modest.reply().string()).hasSize(300_000);
        }
    }

    @Test
    void whoHoldsMostOfAllRepliesHasToGo() throws Exception {
        NetworkLimits limits =
                NetSidecar.LIMITS.but().memory(BufferLimits.of(16 << 20)).build();
        try (NetSidecar sidecar = NetSidecar.with().limits(limits).start();
                RespClient other = sidecar.connect();
                RespClient first = sidecar.connect();
                RespClient second = sidecar.connect()) {
            other.call("SET", "k", VALUE);
            first.sendRaw(transaction(18));
            second.sendRaw(transaction(18));
            sidecar.awaitDisconnects("buffer_total", 1);
            assertThat(other.call("STRLEN", "k").number()).isEqualTo(VALUE.length);
        }
    }

    @Test
    void aStrangerWhoDoesNotReadIsDropped() throws Exception {
        try (NetSidecar sidecar =
                        NetSidecar.with().setting("requirepass", "secret").start();
                Sender stranger =
                        new Sender(sidecar.port(), "GET k\r\n".repeat(5_000).getBytes(ISO_8859_1), Long.MAX_VALUE)) {
            sidecar.awaitDisconnects("output_limit", 1);
            stranger.thread.join();
            try (RespClient friend = sidecar.friend()) {
                assertThat(friend.call("PING").string()).isEqualTo("PONG");
            }
        }
    }

    @Test
    void whatCameBeforeAHalfCloseIsAnsweredEvenAfterAPause() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start();
                RespClient other = sidecar.connect();
                Socket half = new Socket(InetAddress.getLoopbackAddress(), sidecar.port())) {
            other.call("CLIENT", "PAUSE", "200", "ALL");
            half.getOutputStream().write("PING\r\nECHO done\r\n".getBytes(ISO_8859_1));
            half.shutdownOutput();
            byte[] replies = half.getInputStream().readAllBytes();
            assertThat(new String(replies, ISO_8859_1)).isEqualTo("+PONG\r\n$4\r\ndone\r\n");
        }
    }

    @Test
    void whatCameBeforeAHalfCloseIsAnsweredHoweverMuchItIs() throws Exception {
        int count = 200_000;
        try (NetSidecar sidecar = NetSidecar.start();
                Sender sender =
                        new Sender(sidecar.port(), "PING\r\n".repeat(count).getBytes(ISO_8859_1), 1)) {
            Thread closing = Thread.ofVirtual().start(() -> {
                try {
                    sender.thread.join();
                    sender.socket.shutdownOutput();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(sender.socket.getInputStream().readAllBytes()).hasSize(7 * count);
            closing.join();
            sidecar.awaitClients(0);
        }
    }
}
