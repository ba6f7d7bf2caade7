package io.cachee.server.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cachee.server.engine.Parameter;
import io.cachee.testkit.Await;
import io.cachee.testkit.LeakWatch;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that say nothing, say it slowly, or leave amid a word; and doors that are full. */
final class AbsentClientTest {
    private static final byte[] HALF = "*2\r\n$3\r\nGET\r\n$100\r\nhalf".getBytes(ISO_8859_1);

    private static NetworkLimits impatient() {
        return NetSidecar.LIMITS.but().strangerMillis(300).build();
    }

    @Test
    void idleClientsAreDisconnectedAndListeningOnesAreNot() throws Exception {
        try (NetSidecar sidecar = NetSidecar.with().setting("timeout", "1").start();
                RespClient idle = sidecar.connect();
                RespClient listening = sidecar.connect()) {
            listening.call("SUBSCRIBE", "news");
            assertThat(idle.isClosedByServer()).isTrue();
            sidecar.awaitDisconnects("idle", 1);
            try (RespClient other = sidecar.connect()) {
                assertThat(other.call("PUBLISH", "news", "x").number()).isEqualTo(1);
            }
            assertThat(listening.message().item(2).string()).isEqualTo("x");
        }
    }

    @Test
    void clientsThatListenInL2AreNotDisconnected() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                NetSidecar sidecar = NetSidecar.with().before(redis).start();
                RespClient channel = sidecar.connect();
                RespClient pattern = sidecar.connect();
                RespClient monitor = sidecar.connect()) {
            Await.until("L2 answers", () -> !monitor.call("GET", "k").toString().startsWith("-"));
            pattern.call("HELLO", 3);
            pattern.send("PSUBSCRIBE", "n*");
            assertThat(pattern.message().item(0).string()).isEqualTo("psubscribe");
            assertThat(channel.call("SUBSCRIBE", "news").item(0).string()).isEqualTo("subscribe");
            assertThat(monitor.call("MONITOR").string()).isEqualTo("OK");
            try (RespClient idle = sidecar.connect()) {
                assertThat(idle.call("CONFIG", "SET", "timeout", 1).string()).isEqualTo("OK");
                assertThat(idle.isClosedByServer()).isTrue();
            }
            sidecar.awaitDisconnects("idle", 1);
            redis.call("PUBLISH", "news", "x");
            assertThat(channel.message().item(2).string()).isEqualTo("x");
            assertThat(pattern.message().item(3).string()).isEqualTo("x");
            assertThat(sidecar.disconnects("idle")).isEqualTo(1);

            channel.call("UNSUBSCRIBE", "news");
            assertThat(channel.isClosedByServer()).isTrue();
        }
    }

    @Test
    void clientsThatBlockInL2AreNotDisconnectedAndHaveTheirTimeAfterwards() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                NetSidecar sidecar = NetSidecar.with().before(redis).start();
                RespClient blocked = sidecar.connect()) {
            Await.until("L2 answers", () -> !blocked.call("GET", "k").toString().startsWith("-"));
            blocked.send("BLPOP", "list", "0");
            Await.until(
                    "it is blocked",
                    () -> redis.call("INFO", "clients").string().contains("blocked_clients:1"));
            for (int i = 1; i <= 2; i++) {
                try (RespClient idle = sidecar.connect()) {
                    assertThat(idle.call("CONFIG", "SET", "timeout", 1).string())
                            .isEqualTo("OK");
                    assertThat(idle.isClosedByServer()).isTrue();
                }
                sidecar.awaitDisconnects("idle", i);
            }
            redis.call("RPUSH", "list", "a");
            assertThat(blocked.reply().item(1).string()).isEqualTo("a");
            assertThat(blocked.call("PING").string()).isEqualTo("PONG");
            assertThat(blocked.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aStrangerWhoDribblesBytesIsDisconnectedInTime() throws Exception {
        try (NetSidecar sidecar = NetSidecar.with()
                        .setting("requirepass", "secret")
                        .limits(impatient())
                        .start();
                RespClient friend = sidecar.friend();
                Socket slow = new Socket(InetAddress.getLoopbackAddress(), sidecar.port())) {
            Await.until("the slow one is disconnected", () -> {
                try {
                    slow.getOutputStream().write('x');
                } catch (java.io.IOException closed) {
                    return true;
                }
                return sidecar.disconnects("idle") >= 1;
            });
            sidecar.awaitClients(1);
            assertThat(friend.call("PING").string()).isEqualTo("PONG");
        }
    }

    @Test
    void aResetAmidARequestLeavesNothingBehind() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start()) {
            for (int i = 0; i < 20; i++) {
                try (Socket rude = new Socket(InetAddress.getLoopbackAddress(), sidecar.port())) {
                    rude.getOutputStream().write(HALF);
                    Await.until("half a request is there", () -> sidecar.metric("cachee_unread_bytes") > 0);
                    rude.setSoLinger(true, 0);
                }
                sidecar.awaitClients(0);
            }
            assertThat(sidecar.metric("cachee_unread_bytes")).isZero();
            assertThat(sidecar.timesLogged("")).as("lines logged").isZero();
        }
    }

    @Test
    void anEndAmidARequestClosesTheConnection() throws Exception {
        try (NetSidecar sidecar = NetSidecar.start();
                Socket polite = new Socket(InetAddress.getLoopbackAddress(), sidecar.port())) {
            polite.getOutputStream().write(HALF);
            polite.shutdownOutput();
            assertThat(polite.getInputStream().read()).isNegative();
            sidecar.awaitClients(0);
            assertThat(sidecar.timesLogged("")).as("lines logged").isZero();
        }
    }

    @Test
    void oneMoreThanMaxclientsIsTurnedAwayAndALocalOneGetsTheReservedPlace() throws Exception {
        int most = 5;
        try (NetSidecar sidecar =
                NetSidecar.with().setting("maxclients", String.valueOf(most)).start()) {
            List<RespClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i <= most; i++) {
                    RespClient client = sidecar.connect();
                    clients.add(client);
                    assertThat(client.call("PING").string()).isEqualTo("PONG");
                }
                try (RespClient tooMany = sidecar.connect()) {
                    assertThat(tooMany.reply().string()).isEqualTo("ERR max number of clients reached");
                    assertThat(tooMany.isClosedByServer()).isTrue();
                }
                assertThat(sidecar.rejected("maxclients")).isEqualTo(1);
                assertThat(clients.getFirst().call("PING").string()).isEqualTo("PONG");
            } finally {
                for (RespClient client : clients) {
                    client.close();
                }
            }
            sidecar.awaitClients(0);
        }
    }

    /** A service mesh lets clients of other machines come from 127.0.0.6. */
    @ParameterizedTest
    @ValueSource(strings = {"*", "0.0.0.0"})
    void clientsOfOtherMachinesAreDeniedWhileThereIsNoPassword(String bind) throws Exception {
        try (NetSidecar sidecar = NetSidecar.with().bind(bind).start()) {
            try (Socket stranger = strangerOf(sidecar)) {
                byte[] reply = stranger.getInputStream().readAllBytes();
                assertThat(new String(reply, ISO_8859_1))
                        .startsWith("-DENIED ")
                        .contains("--requirepass-file", "--protected-mode=no");
            }
            assertThat(sidecar.rejected("protected_mode")).isEqualTo(1);
            try (RespClient own = sidecar.connect()) {
                assertThat(own.call("PING")).hasToString("+PONG");
            }
            Parameter.set(sidecar.shared(), Map.of("requirepass", "secret"));
            try (Socket stranger = strangerOf(sidecar)) {
                stranger.getOutputStream().write("AUTH secret\r\n".getBytes(ISO_8859_1));
                assertThat(stranger.getInputStream().readNBytes(5)).isEqualTo("+OK\r\n".getBytes(ISO_8859_1));
            }
            Parameter.set(sidecar.shared(), Map.of("requirepass", ""));
        }
    }

    @Test
    void clientsOverIpv6AreOfThisHostToo() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this machine has no IPv6; nothing is tried");
        byte[] ipv6 = new byte[16];
        ipv6[15] = 1;
        try (NetSidecar sidecar = NetSidecar.with().bind("*").start();
                Socket own = new Socket(InetAddress.getByAddress(ipv6), sidecar.port())) {
            own.getOutputStream().write("PING\r\n".getBytes(ISO_8859_1));
            assertThat(own.getInputStream().readNBytes(7)).isEqualTo("+PONG\r\n".getBytes(ISO_8859_1));
        }
    }

    private static Socket strangerOf(NetSidecar sidecar) throws IOException {
        InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        return new Socket(here, sidecar.port(), InetAddress.getByAddress(new byte[] {127, 0, 0, 6}), 0);
    }

    @Test
    void drainingLetsRequestsFinishAndRefusesNewClients() throws Exception {
        NetSidecar sidecar = NetSidecar.start();
        try (RespClient idle = sidecar.connect();
                RespClient busy = sidecar.connect()) {
            assertThat(idle.call("PING").string()).isEqualTo("PONG");
            assertThat(busy.call("PING").string()).isEqualTo("PONG");
            busy.sendRaw("*2\r\n$4\r\nECHO\r\n$4\r\nha");
            Await.until("half a request is there", () -> sidecar.metric("cachee_unread_bytes") > 0);
            Thread draining = Thread.ofVirtual()
                    .start(() -> assertThat(sidecar.server.drain(20_000)).isTrue());
            assertThat(idle.isClosedByServer()).isTrue();
            busy.sendRaw("lf\r\n");
            assertThat(busy.reply().string()).isEqualTo("half");
            assertThat(busy.isClosedByServer()).isTrue();
            draining.join();
            assertThat(sidecar.server.clients()).isZero();
        } finally {
            sidecar.shutDown();
        }
        LeakWatch.check();
    }

    @Test
    void drainingGivesUpOnAClientThatNeverFinishes() throws Exception {
        NetSidecar sidecar = NetSidecar.start();
        try (RespClient stuck = sidecar.connect()) {
            stuck.sendRaw("*2\r\n$4\r\nECHO\r\n$4\r\nha");
            Await.until("half a request is there", () -> sidecar.metric("cachee_unread_bytes") > 0);
            assertThat(sidecar.server.drain(50)).isFalse();
        } finally {
            sidecar.shutDown();
        }
        LeakWatch.check();
    }
}
