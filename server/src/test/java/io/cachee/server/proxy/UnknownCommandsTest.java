package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands that nobody knows, or that change a connection, never travel over one that clients share. */
final class UnknownCommandsTest {
    private static final List<String> LINES = List.of(
            "FOO a b",
            "foo",
            "XGROUP NONSENSE k",
            "OBJECT NONSENSE k",
            "SCRIPT NONSENSE",
            "DEBUG SLEEP 0",
            "READONLY",
            "READWRITE",
            "ASKING",
            "WAIT 0 1",
            "CLUSTER NONSENSE");

    private RedisServerProcess redis;
    private TestSidecar sidecar;
    private RespClient direct;
    private RespClient client;
    private RespClient other;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        sidecar = TestSidecar.with()
                .before(L2Options.of("redis://127.0.0.1:" + redis.port()))
                .administering()
                .startCoherent();
        direct = redis.connect();
        client = sidecar.connect();
        other = sidecar.connect();
        // From here on the shared connections are there.
        for (RespClient each : List.of(client, other)) {
            each.ask("ECHO x");
            each.ask("GET k");
        }
    }

    @AfterEach
    void stop() throws IOException {
        other.close();
        client.close();
        direct.close();
        sidecar.close();
        redis.close();
    }

    /** How many connections L2 has had. */
    private long connections() throws IOException {
        Matcher matcher = Pattern.compile("total_connections_received:(\\d+)")
                .matcher(direct.ask("INFO stats").string());
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    @Test
    void eachHasAConnectionOfItsOwn() throws Exception {
        for (String line : LINES) {
            String reply = direct.ask(line).toString();
            long before = connections();
            assertThat(client.ask(line)).as(line).hasToString(reply);
            assertThat(connections()).as(line).isEqualTo(before + 1);
            assertThat(client.ask("ECHO after")).hasToString("$after");
            assertThat(connections()).as(line).isEqualTo(before + 1);
        }
    }

    @Test
    void othersGetTheirOwnReplies() throws Exception {
        for (int round = 0; round < 20; round++) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 200; i++) {
                all.writeBytes(RespClient.encode("ECHO", round + "-" + i));
            }
            all.writeBytes(RespClient.encode("INCR", "rounds"));
            for (String line : LINES) {
                client.send(RespClient.words(line).toArray());
                client.send("ECHO", line);
            }
            other.sendRaw(all.toByteArray());
            List<String> replies = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                replies.add(other.reply().toString());
            }
            for (int i = 0; i < 200; i++) {
                assertThat(replies.get(i)).isEqualTo("$" + round + "-" + i);
            }
            assertThat(other.reply()).hasToString(":" + (round + 1));
            for (String line : LINES) {
                client.reply();
                assertThat(client.reply()).hasToString("$" + line);
            }
        }
    }

    @Test
    void aTransactionTakesThemAlong() throws Exception {
        assertThat(client.ask("MULTI")).hasToString("+OK");
        long before = connections();
        assertThat(client.ask("SET k v")).hasToString("+QUEUED");
        assertThat(client.ask("FOO a b")).hasToString(direct.ask("FOO a b").toString());
        assertThat(client.ask("EXEC").toString()).startsWith("-EXECABORT");
        assertThat(connections()).isEqualTo(before + 1);
        assertThat(client.ask("GET k")).hasToString("$nil");
    }
}
