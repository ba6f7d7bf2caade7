package io.cachee.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultProxyTest {
    private static final int SHORT_MILLIS = 200;
    private static final String LARGE = "x".repeat(1 << 20);

    @SuppressWarnings("NullAway.Init")
    private RedisServerProcess redis;

    @SuppressWarnings("NullAway.Init")
    private FaultProxy proxy;

    @BeforeAll
    void startRedis() throws Exception {
        redis = RedisServerProcess.start();
    }

    @BeforeEach
    void startProxy() throws Exception {
        redis.call("FLUSHALL");
        proxy = FaultProxy.start(redis.port());
    }

    @AfterEach
    void nothingIsLeft() {
        proxy.close();
        assertThat(proxy.connections()).isZero();
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }

    @AfterAll
    void stopRedis() {
        redis.close();
    }

    private RespClient connect() throws IOException {
        return RespClient.connect(proxy.port());
    }

    private RespClient impatient() throws IOException {
        return RespClient.connect(proxy.port(), SHORT_MILLIS);
    }

    @Test
    void forwardsAndCounts() throws Exception {
        try (RespClient client = connect()) {
            assertThat(client.call("SET", "k", LARGE).string()).isEqualTo("OK");
            assertThat(client.call("GET", "k").string()).isEqualTo(LARGE);
            assertThat(proxy.connections()).isEqualTo(1);
        }
        Await.until("the end of the connection is seen", () -> proxy.connections() == 0);
        assertThat(proxy.totalConnections()).isEqualTo(1);
        int sent = RespClient.encode("SET", "k", LARGE).length + RespClient.encode("GET", "k").length;
        assertThat(proxy.bytes(Direction.TO_SERVER)).isEqualTo(sent);
        assertThat(proxy.bytes(Direction.TO_CLIENT)).isEqualTo("+OK\r\n$1048576\r\n".length() + LARGE.length() + 2);
    }

    @Test
    void passesOnThatTheServerHasClosed() throws Exception {
        try (RespClient client = connect()) {
            client.send("QUIT");
            assertThat(client.rest()).isEqualTo("+OK\r\n");
        }
    }

    @Test
    void cutsAndComesBack() throws Exception {
        try (RespClient client = connect()) {
            client.call("PING");
            proxy.cut();
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        proxy.resume();
        pings();
    }

    private void pings() throws IOException {
        try (RespClient client = connect()) {
            assertThat(client.call("PING").string()).isEqualTo("PONG");
        }
    }

    @Test
    void resetsWhatIsThere() throws Exception {
        try (RespClient client = connect()) {
            client.call("PING");
            proxy.reset();
            assertThatThrownBy(client::reply).isInstanceOf(SocketException.class);
        }
        pings();
    }

    @Test
    void holdsBackRequestsAndLosesNone() throws Exception {
        try (RespClient client = impatient()) {
            client.call("PING");
            proxy.stall(Direction.TO_SERVER);
            assertThatThrownBy(() -> client.call("SET", "k", "v")).isInstanceOf(SocketTimeoutException.class);
            assertThat(redis.call("EXISTS", "k").number()).isZero();
            proxy.resume();
            Await.until("the key is there", () -> redis.call("EXISTS", "k").number() == 1);
        }
    }

    @Test
    void holdsBackReplies() throws Exception {
        try (RespClient client = impatient()) {
            client.call("PING");
            proxy.stall(Direction.TO_CLIENT);
            client.send("SET", "k", "v");
            Await.until("the key is there", () -> redis.call("EXISTS", "k").number() == 1);
            assertThatThrownBy(client::reply).isInstanceOf(SocketTimeoutException.class);
            proxy.resume();
            Await.until("the reply comes", () -> {
                try {
                    return client.reply().string().equals("OK");
                } catch (SocketTimeoutException notYet) {
                    return false;
                }
            });
        }
    }

    @Test
    void swallowsWhatComes() throws Exception {
        try (RespClient before = impatient()) {
            before.call("PING");
            proxy.blackhole();
            assertThatThrownBy(() -> before.call("SET", "k", "v")).isInstanceOf(SocketTimeoutException.class);
            try (RespClient during = impatient()) {
                assertThatThrownBy(() -> during.call("SET", "k", "v")).isInstanceOf(SocketTimeoutException.class);
                proxy.resume();
                assertThatThrownBy(before::reply).isInstanceOf(SocketException.class);
                assertThatThrownBy(during::reply).isInstanceOf(SocketException.class);
            }
        }
        assertThat(redis.call("EXISTS", "k").number()).isZero();
        pings();
    }

    @Test
    void delaysEachPiece() throws Exception {
        proxy.delay(Duration.ofHours(1).toMillis());
        try (RespClient client = impatient()) {
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(SocketTimeoutException.class);
        }
        proxy.delay(1);
        pings();
    }

    @Test
    void resetsWithinAReply() throws Exception {
        redis.call("SET", "k", LARGE);
        try (RespClient client = connect()) {
            client.call("PING");
            proxy.resetAfter(1_000);
            assertThatThrownBy(() -> client.call("GET", "k")).isInstanceOf(SocketException.class);
        }
        assertThat(proxy.bytes(Direction.TO_CLIENT)).isEqualTo("+PONG\r\n".length() + 1_000);
        pings();
    }

    @Test
    void endsWithinAReply() throws Exception {
        redis.call("SET", "k", "value");
        try (RespClient client = connect()) {
            proxy.truncateReply();
            assertThatThrownBy(() -> client.call("GET", "k")).isInstanceOf(EOFException.class);
        }
        assertThat(proxy.bytes(Direction.TO_CLIENT)).isEqualTo("$5\r\nvalue\r\n".length() / 2);
        pings();
    }

    @Test
    void sendsNewConnectionsElsewhere() throws Exception {
        try (RespClient client = connect();
                FaultProxy other = FaultProxy.start(redis.port())) {
            client.call("PING");
            proxy.retarget(other.port());
            pings();
            assertThat(client.call("PING").string()).isEqualTo("PONG");
            assertThat(other.totalConnections()).isEqualTo(1);
        }
    }

    @Test
    void resetsClientsOfAServerThatIsNotThere() throws Exception {
        proxy.retarget(FreePorts.next());
        assertThatThrownBy(this::pings).isInstanceOf(IOException.class);
        Await.until("the connection has ended", () -> proxy.connections() == 0);
    }

    @Test
    void followsATimetable() throws Exception {
        Duration shortest = Duration.ofMillis(1);
        Duration longest = Duration.ofMillis(20);
        List<FaultTimetable.Fault> faults = FaultTimetable.of(proxy);
        FaultTimetable timetable = new FaultTimetable(7, faults, shortest, longest);
        Duration total = Duration.ofMillis(500);
        assertThat(timetable.turns(total))
                .isNotEmpty()
                .isEqualTo(new FaultTimetable(7, faults, shortest, longest).turns(total))
                .isNotEqualTo(new FaultTimetable(8, faults, shortest, longest).turns(total));
        timetable.run(total);
        pings();
        timetable.stop();
        timetable.run(Duration.ofHours(1));
    }
}
