package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients whose commands block in L2: they are counted, listed, and woken by CLIENT UNBLOCK as in Redis. */
final class BlockedClientsTest {
    private RedisServerProcess redis;
    private TestSidecar sidecar;
    private RespClient direct;
    private RespClient blocked;
    private RespClient other;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        sidecar = TestSidecar.before("redis://127.0.0.1:" + redis.port());
        direct = redis.connect();
        blocked = sidecar.connect();
        other = sidecar.connect();
    }

    @AfterEach
    void stop() throws IOException {
        blocked.close();
        other.close();
        direct.close();
        sidecar.close();
        redis.close();
    }

    private static boolean says(RespClient client, int count) throws IOException {
        return client.ask("INFO clients").string().contains("blocked_clients:" + count + "\r\n");
    }

    /** Sends a command that blocks, and returns the client's id once it does. */
    private String block(String command) throws Exception {
        String id = String.valueOf(blocked.ask("CLIENT ID").text());
        blocked.send((Object[]) RespClient.words(command).toArray(String[]::new));
        Await.until("L2 has a blocked client", () -> says(direct, 1));
        return id;
    }

    @Test
    void areCountedAndListed() throws Exception {
        assertThat(says(other, 0)).isTrue();
        block("BLPOP list 0");
        assertThat(says(other, 1)).isTrue();
        assertThat(other.ask("CLIENT LIST").string()).contains(" flags=b ");
        other.ask("RPUSH list v");
        assertThat(blocked.reply()).hasToString("*[$list, $v]");
        Await.until("none is blocked", () -> says(other, 0));
    }

    @Test
    void areWokenAsIfTheirTimeWereOver() throws Exception {
        for (String command : List.of("BLPOP list 0", "BLMOVE a b LEFT LEFT 0", "BZPOPMIN set 0", "WAIT 1 0")) {
            String id = block(command);
            assertThat(other.call("CLIENT", "UNBLOCK", id)).hasToString(":1");
            String here = blocked.reply().toString();
            RespClient twin = redis.connect();
            String twinId = String.valueOf(twin.ask("CLIENT ID").text());
            twin.send((Object[]) RespClient.words(command).toArray(String[]::new));
            Await.until("the twin is blocked", () -> says(direct, 1));
            assertThat(direct.call("CLIENT", "UNBLOCK", twinId, "TIMEOUT")).hasToString(":1");
            assertThat(here).isEqualTo(twin.reply().toString());
            twin.close();
            assertThat(blocked.ask("ECHO alive")).hasToString("$alive");
        }
    }

    @Test
    void areWokenWithAnError() throws Exception {
        String id = block("BLPOP list 0");
        assertThat(other.call("CLIENT", "UNBLOCK", id, "ERROR")).hasToString(":1");
        assertThat(blocked.reply()).hasToString("-UNBLOCKED client unblocked via CLIENT UNBLOCK");
        assertThat(other.call("RPUSH", "list", "v")).hasToString(":1");
        assertThat(blocked.call("LPOP", "list")).hasToString("$v");
    }

    @Test
    void othersAreNotWoken() throws Exception {
        String id = String.valueOf(blocked.ask("CLIENT ID").text());
        assertThat(other.call("CLIENT", "UNBLOCK", id)).hasToString(":0");
        assertThat(other.call("CLIENT", "UNBLOCK", "99999")).hasToString(":0");
    }
}
