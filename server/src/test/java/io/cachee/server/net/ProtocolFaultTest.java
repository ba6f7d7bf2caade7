package io.cachee.server.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What clients send that is no request, over real sockets. */
final class ProtocolFaultTest {
    /** Sends bytes, and expects this error and then the end; writing may fail, for the other side is gone. */
    private static void expectError(NetSidecar sidecar, String bytes, String error) throws Exception {
        double before = sidecar.disconnects("protocol");
        try (RespClient client = sidecar.connect()) {
            sendAsFarAsPossible(client, bytes);
            assertThat(client.reply().string()).isEqualTo("ERR Protocol error: " + error);
            assertThat(client.isClosedByServer()).isTrue();
        }
        sidecar.awaitDisconnects("protocol", before + 1);
        sidecar.awaitClients(0);
    }

    private static void sendAsFarAsPossible(RespClient client, String bytes) {
        try {
            client.sendRaw(bytes);
        } catch (IOException closedMeanwhile) {
            assertThat(closedMeanwhile).isInstanceOf(java.net.SocketException.class);
        }
    }

    @Test
    void ignoresNegativeAndEmptyArraysAndBlankLines() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start();
                RespClient client = sidecar.connect()) {
            client.sendRaw("*-10\r\n*0\r\n\r\n\r\n*1\r\n$4\r\nPING\r\n");
            assertThat(client.reply().string()).isEqualTo("PONG");
        }
    }

    @Test
    void refusesArrayLengthsThatAreNone() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start()) {
            expectError(sidecar, "*3000000000\r\n", "invalid multibulk length");
            expectError(sidecar, "*abc\r\n", "invalid multibulk length");
            expectError(sidecar, "*99999999999999999999999\r\n", "invalid multibulk length");
        }
    }

    @Test
    void refusesStringLengthsThatAreNoneOrBeyondTheLimit() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start()) {
            expectError(sidecar, "*1\r\n$-10\r\n", "invalid bulk length");
            expectError(sidecar, "*1\r\n$blabla\r\n", "invalid bulk length");
            expectError(sidecar, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2000000000\r\n", "invalid bulk length");
        }
    }

    @Test
    void refusesAnArrayOfSomethingElseThanStrings() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start()) {
            expectError(sidecar, "*1\r\nfoo\r\n", "expected '$', got 'f'");
        }
    }

    @Test
    void refusesAHundredThousandNestedArraysWithoutDescending() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start()) {
            expectError(sidecar, "*1\r\n".repeat(100_000), "expected '$', got '*'");
        }
    }

    @Test
    void closesOnEndlessLinesAfterSixtyFourKilobytes() throws Exception {
        String endless = "A".repeat(70_000);
        try (NetSidecar sidecar = NetSidecar.start()) {
            expectError(sidecar, "\0" + endless, "too big inline request");
            expectError(sidecar, endless, "too big inline request");
            expectError(sidecar, "*1" + "1".repeat(70_000), "too big mbulk count string");
            expectError(sidecar, "*1\r\n$1" + "1".repeat(70_000), "too big bulk count string");
        }
    }

    @Test
    void refusesUnbalancedQuotesInALine() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start()) {
            expectError(sidecar, "SET k \"v\r\n", "unbalanced quotes in request");
            expectError(sidecar, "SET k 'v'x\r\n", "unbalanced quotes in request");
        }
    }

    @Test
    void answersRequestsCutAtEveryByteAsItDoesWholeOnes() throws Exception {
        byte[] corpus = concat(
                RespClient.encode("PING"),
                RespClient.encode("SET", "k", "a\r\nb\0"),
                RespClient.encode("GET", "k"),
                "PING\r\n".getBytes(ISO_8859_1),
                RespClient.encode("ECHO", ""),
                "GET \"k\"\r\n\r\nnope\r\n".getBytes(ISO_8859_1));
        try (NetSidecar sidecar = NetSidecar.start();
                RespClient whole = sidecar.connect();
                RespClient cut = sidecar.connect()) {
            whole.sendRaw(corpus);
            String expected = sevenReplies(whole);
            for (int at = 1; at < corpus.length; at++) {
                cut.sendRaw(java.util.Arrays.copyOfRange(corpus, 0, at));
                // The sidecar has seen the first part when it has answered somebody who came later.
                whole.call("PING");
                cut.sendRaw(java.util.Arrays.copyOfRange(corpus, at, corpus.length));
                assertThat(sevenReplies(cut)).as("cut at %s", at).isEqualTo(expected);
            }
            for (byte each : corpus) {
                cut.sendRaw(new byte[] {each});
            }
            assertThat(sevenReplies(cut)).isEqualTo(expected);
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static String sevenReplies(RespClient client) throws IOException {
        StringBuilder replies = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            replies.append(client.reply()).append('\n');
        }
        return replies.toString();
    }

    @Test
    void largeValuesArriveInPiecesOfAnySize() throws Exception {
        byte[] value = new byte[1_000_000];
        new java.util.Random(7).nextBytes(value);
        try (NetSidecar sidecar = NetSidecar.start();
                RespClient client = sidecar.connect()) {
            ByteArrayOutputStream requests = new ByteArrayOutputStream();
            requests.writeBytes(RespClient.encode("SET", "large", value));
            requests.writeBytes(RespClient.encode("GET", "large"));
            requests.writeBytes(RespClient.encode("PING"));
            byte[] bytes = requests.toByteArray();
            for (int piece : new int[] {1_009, 16_384, 65_536, 500_000, bytes.length}) {
                for (int from = 0; from < bytes.length; from += piece) {
                    client.sendRaw(java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + piece)));
                }
                assertThat(client.reply().string()).isEqualTo("OK");
                assertThat(client.reply().bytes()).isEqualTo(value);
                assertThat(client.reply().string()).isEqualTo("PONG");
            }
            assertThat(sidecar.metric("cachee_unread_bytes")).isZero();
        }
    }

    @Test
    void strangersMayNotSendMuch() throws Exception {
        try (NetSidecar sidecar =
                NetSidecar.with().setting("requirepass", "secret").start()) {
            expectError(sidecar, "*100\r\n", "unauthenticated multibulk length");
            expectError(sidecar, "*1\r\n$100000000\r\n", "unauthenticated bulk length");
            expectError(sidecar, "PING" + " x".repeat(50) + "\r\n", "unauthenticated multibulk length");
            try (RespClient friend = sidecar.friend()) {
                friend.sendRaw("*100\r\n$4\r\nMGET\r\n" + "$1\r\nk\r\n".repeat(99));
                assertThat(friend.reply().items()).hasSize(99);
                friend.call("RESET");
                friend.sendRaw("*100\r\n");
                assertThat(friend.reply().string()).contains("unauthenticated multibulk length");
            }
        }
    }

    @Test
    void namesWithLineBreaksAreRefusedAndErrorsStayOnOneLine() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start();
                RespClient client = sidecar.connect()) {
            assertThat(client.call("CLIENT", "SETNAME", "a\r\nb").isError()).isTrue();
            assertThat(client.call("HELLO", "3", "SETNAME", "a\nb").isError()).isTrue();
            assertThat(client.call("no\r\n+such").string()).doesNotContain("\r", "\n");
            assertThat(client.call("CLIENT", "LIST").string().lines()).hasSize(1);
            client.sendRaw("PING\r\n");
            assertThat(client.reply().string()).isEqualTo("PONG");
        }
    }
}
