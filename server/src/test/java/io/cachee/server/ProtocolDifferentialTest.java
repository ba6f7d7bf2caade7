package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that are no request, and how requests are cut: the same bytes come back from Redis, and the same end. */
final class ProtocolDifferentialTest {
    private static final String QUIT = "\r\n*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void answersBrokenRequestsAsRedisDoes() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
        List<String> differences = new ArrayList<>();
        try (TestSidecar sidecar = TestSidecar.start()) {
            for (String input : List.of(
                    "",
                    "*0",
                    "*-10",
                    "*-1",
                    "*3000000000",
                    "*abc",
                    "*",
                    "*1\r\n$-10",
                    "*1\r\n$blabla",
                    "*1\r\n$999999999999",
                    "*1\r\nfoo",
                    "*1\r\n:1",
                    "*1\r\n*1",
                    "\"unbalanced",
                    "'unbalanced",
                    "\"a\"b",
                    "PING",
                    "SET k \"a b\"",
                    "GET k",
                    "ECHO 'it\\'s'",
                    "ECHO \"\\x41\\n\"",
                    "   ",
                    "*2\r\n$3\r\nGET\r\n$1\r\nk",
                    "*1\r\n$\r\n",
                    "*1\r\n$0\r\n",
                    "*1\r\n$04\r\nPING",
                    "* 1",
                    "*+1",
                    "*1\r\n".repeat(1_000))) {
                String ours = everything(sidecar.connect(), input);
                String theirs = everything(real.connect(), input);
                if (!ours.equals(theirs)) {
                    differences.add("\n" + input + "\n    Cachee " + ours + "\n    Redis  " + theirs);
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    /** What comes back until the server closes. */
    private static String everything(RespClient client, String input) throws Exception {
        try (client) {
            client.sendRaw(input + QUIT);
            return client.rest();
        }
    }

    @Test
    void closesWhenALineDoesNotEnd() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start()) {
            for (String start : List.of("\u0000", "*\u0000", "*1\r\n$\u0000")) {
                try (RespClient client = sidecar.connect()) {
                    client.sendRaw(start + "A".repeat(70_000));
                    assertThat(client.rest()).startsWith("-ERR Protocol error: too big ");
                }
            }
            try (RespClient client = sidecar.connect()) {
                assertThat(client.call("PING").string()).isEqualTo("PONG");
            }
        }
    }

    @Test
    void closesOnHttp() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start()) {
            for (String request : List.of("POST / HTTP/1.1\r\n", "HOST: localhost\r\nSET k v\r\n")) {
                try (RespClient client = sidecar.connect()) {
                    client.sendRaw(request);
                    assertThat(client.rest()).isEmpty();
                }
            }
            try (RespClient client = sidecar.connect()) {
                assertThat(client.call("EXISTS", "k").number()).isZero();
            }
        }
    }

    /** Each reply is the same when its request comes one byte at a time, over either kind of socket. */
    @Test
    void answersRequestsThatComeByteByByte() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start(folder);
                RespClient tcp = sidecar.connect();
                RespClient unix = sidecar.connectToSocket()) {
            for (RespClient client : List.of(tcp, unix)) {
                byte[] request = RespClient.encode("SET", "key", "v".repeat(50));
                for (byte b : request) {
                    client.sendRaw(new byte[] {b});
                }
                assertThat(client.reply().string()).isEqualTo("OK");
                assertThat(client.call("GET", "key").string()).isEqualTo("v".repeat(50));
            }
        }
    }

    @Test
    void answersAPipelineInOrder() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start(folder);
                RespClient client = sidecar.connectToSocket()) {
            StringBuilder requests = new StringBuilder();
            int count = 5_000;
            for (int i = 0; i < count; i++) {
                String key = "key" + i % 7;
                requests.append("SET ")
                        .append(key)
                        .append(' ')
                        .append(i)
                        .append("\r\nGET ")
                        .append(key)
                        .append("\r\n");
            }
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    client.sendRaw(requests.toString());
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            for (int i = 0; i < count; i++) {
                assertThat(client.reply().string()).isEqualTo("OK");
                assertThat(client.reply().number()).isEqualTo(i);
            }
            sender.join();
        }
    }
}
