package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Guessing passwords is bounded in time, whatever way the guesses come in. */
final class LoginTest {
    private static final int BURST = 100;
    private static final int EACH_SECOND = 50;

    private TestSidecar sidecar;
    private RespClient admin;
    private final List<RespClient> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        sidecar = TestSidecar.start();
        admin = sidecar.connect();
        assertThat(admin.call("ACL", "SETUSER", "app", "on", ">right", "+@all", "~*"))
                .hasToString("+OK");
    }

    @AfterEach
    void stop() throws Exception {
        for (RespClient client : clients) {
            client.close();
        }
        admin.close();
        sidecar.close();
    }

    private RespClient client() throws Exception {
        RespClient client = sidecar.connect();
        clients.add(client);
        return client;
    }

    private long counted(String name) throws Exception {
        String info = admin.call("INFO", "stats").string();
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .sum();
    }

    /** More than the budget is sent at once over each of many connections; what was judged in the time is counted. */
    private long judged(String request) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            client().sendRaw((request + "\r\n").repeat(50));
        }
        for (RespClient client : clients) {
            client.reply();
        }
        long judged = counted("acl_access_denied_auth");
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) + 1;
        assertThat(judged).isLessThanOrEqualTo(BURST + (seconds + 1) * EACH_SECOND);
        return judged;
    }

    @Test
    void guessesOverManyConnectionsAreBounded() throws Exception {
        assertThat(judged("AUTH app wrong")).isGreaterThanOrEqualTo(BURST);
    }

    @Test
    void guessesByHelloAreBounded() throws Exception {
        assertThat(judged("HELLO 3 AUTH app wrong")).isGreaterThanOrEqualTo(BURST);
    }

    @Test
    void aTransactionTakesNoGuesses() throws Exception {
        RespClient client = client();
        assertThat(client.call("MULTI")).hasToString("+OK");
        client.sendRaw("AUTH app wrong\r\n".repeat(1_000) + "HELLO 3 AUTH app wrong\r\n".repeat(1_000));
        for (int i = 0; i < 2_000; i++) {
            assertThat(client.reply()).hasToString("-ERR Command not allowed inside a transaction");
        }
        assertThat(client.call("EXEC").toString()).startsWith("-EXECABORT");
        assertThat(counted("acl_access_denied_auth")).isZero();
    }

    /** Empties the budget, and the second of waiting behind it. */
    private void empty() throws Exception {
        List<RespClient> guessing = new ArrayList<>();
        for (int i = 0; i < BURST + 3 * EACH_SECOND; i++) {
            RespClient client = client();
            client.send("AUTH", "app", "wrong");
            guessing.add(client);
        }
        List<RespValue> replies = new ArrayList<>();
        for (RespClient client : guessing) {
            replies.add(client.reply());
        }
        assertThat(replies).anyMatch(reply -> reply.string().startsWith("ERR too many wrong passwords"));
    }

    @Test
    void onAnEmptyBudgetARightPasswordIsTreatedLikeAWrongOne() throws Exception {
        empty();
        // All at once: which of them are judged does not depend on the password.
        List<RespClient> right = new ArrayList<>();
        for (int i = 0; i < 3 * EACH_SECOND; i++) {
            client().send("AUTH", "app", "wrong");
            RespClient one = client();
            one.send("AUTH", "app", "right");
            right.add(one);
        }
        int refused = 0;
        for (RespClient one : right) {
            String reply = one.reply().string();
            assertThat(reply).matches("OK|ERR too many wrong passwords.*");
            refused += reply.equals("OK") ? 0 : 1;
        }
        assertThat(refused).isPositive();
    }

    @Test
    void nobodyIsLockedOutAndWhoIsLoggedInFeelsNothing() throws Exception {
        empty();
        assertThat(admin.call("SET", "k", "v")).hasToString("+OK");
        RespClient friend = client();
        String reply;
        int tries = 0;
        do {
            reply = friend.call("AUTH", "app", "right").string();
        } while (!reply.equals("OK") && ++tries < 10);
        assertThat(reply).isEqualTo("OK");
        assertThat(friend.call("GET", "k")).hasToString("$v");
        for (int i = 0; i < 500; i++) {
            assertThat(friend.call("AUTH", "app", "right")).hasToString("+OK");
        }
    }
}
