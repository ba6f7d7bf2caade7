package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.Direction;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class DedicatedTest {
    private static RedisServerProcess redis;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    /** All that came, in one string. */
    private static final class Owner implements DedicatedHandler {
        private final AtomicReference<String> said = new AtomicReference<>("");
        private final AtomicInteger bytes = new AtomicInteger();
        private final LinkUnderTest link;
        private volatile boolean keeps = true;
        private volatile boolean connected;
        private volatile boolean writable = true;
        private final AtomicReference<String> end = new AtomicReference<>("");
        private final AtomicReference<Dedicated> made = new AtomicReference<>();

        Owner(LinkUnderTest link, RespVersion protocol, int database) throws Exception {
            this.link = link;
            link.run(() -> made.set(link.l2.dedicate(-1, protocol, database, this)));
        }

        @Override
        public void connected() {
            connected = true;
        }

        @Override
        public void received(ByteBuf more) {
            bytes.addAndGet(more.readableBytes());
            if (keeps) {
                String text = more.toString(ISO_8859_1);
                said.updateAndGet(before -> before + text);
            }
        }

        @Override
        public void writabilityChanged(boolean now) {
            writable = now;
        }

        @Override
        public void closed(String why) {
            end.updateAndGet(before -> before + why);
        }

        Dedicated connection() {
            return Objects.requireNonNull(made.get());
        }

        void send(Object... words) throws Exception {
            link.run(() -> connection().send(LinkUnderTest.request(words)));
        }

        void await(String text) throws Exception {
            Await.until(
                    "'" + text + "' comes after '" + said + "'",
                    () -> said.get().endsWith(text));
        }
    }

    @Test
    void carriesWhatCannotShareAConnection() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            Owner listener = new Owner(link, RespVersion.RESP3, -1);
            listener.send("SUBSCRIBE", "news");
            listener.await(">3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
            redis.call("PUBLISH", "news", "hello");
            listener.await(">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");

            Owner waiter = new Owner(link, RespVersion.RESP2, 3);
            waiter.send("BLPOP", "list", "0");
            try (RespClient other = redis.connect()) {
                other.call("SELECT", 3);
                other.call("RPUSH", "list", "element");
            }
            waiter.await("*2\r\n$4\r\nlist\r\n$7\r\nelement\r\n");
            waiter.send("MULTI");
            waiter.send("SET", "key", "value");
            waiter.send("EXEC");
            waiter.await("+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n");
            assertThat(waiter.connected).isTrue();

            link.run(waiter.connection()::close);
            waiter.send("PING");
            assertThat(waiter.end.get()).isEmpty();
            redis.call("CLIENT", "KILL", "TYPE", "pubsub");
            Await.until("it has ended", () -> !listener.end.get().isEmpty());
        }
    }

    @Test
    void leavesWhereItIsWhatIsNotWanted() throws Exception {
        String value = "x".repeat(1 << 20);
        redis.call("SET", "large", value);
        int times = 50;
        int total = times * (value.length() + "$1048576\r\n\r\n".length());
        try (LinkUnderTest link = LinkUnderTest.to(redis.port())) {
            Owner reader = new Owner(link, RespVersion.RESP2, -1);
            reader.keeps = false;
            Await.until("it is connected", () -> reader.connected);
            link.run(() -> reader.connection().read(false));
            for (int i = 0; i < times; i++) {
                reader.send("GET", "large");
            }
            Pattern holdsMuch = Pattern.compile(" omem=[1-9]\\d{6,} ");
            Await.until(
                    "the server holds back what is not read",
                    () -> holdsMuch
                            .matcher(redis.call("CLIENT", "LIST").string())
                            .find());
            assertThat(reader.bytes.get()).isLessThan(total);
            link.run(() -> reader.connection().read(true));
            Await.until("all has come", () -> reader.bytes.get() == total);
        }
    }

    @Test
    void saysWhenTheOtherSideDoesNotRead() throws Exception {
        try (FaultProxy proxy = FaultProxy.start(redis.port());
                LinkUnderTest link = LinkUnderTest.to(proxy.port())) {
            Owner writer = new Owner(link, RespVersion.RESP2, -1);
            Await.until("it is connected", () -> writer.connected);
            proxy.stall(Direction.TO_SERVER);
            String value = "x".repeat(1 << 20);
            Await.until("it is too much", () -> {
                writer.send("SET", "key", value);
                return !writer.writable;
            });
            proxy.resume();
            Await.until("it may send again", () -> writer.writable);
            writer.send("PING");
            writer.await("+PONG\r\n");
        }
    }

    @Test
    void isToldWhenItCannotBeHad() throws Exception {
        try (FaultProxy proxy = FaultProxy.start(redis.port());
                LinkUnderTest link = LinkUnderTest.to(proxy.port())) {
            proxy.cut();
            Owner unlucky = new Owner(link, RespVersion.RESP2, -1);
            unlucky.send("PING");
            Await.until("it is told", () -> !unlucky.end.get().isEmpty());
            assertThat(unlucky.connected).isFalse();
            proxy.resume();
            link.awaitCoherent();
            Owner refused = new Owner(link, RespVersion.RESP2, 99);
            Await.until("it is told", () -> refused.end.get().contains("SELECT"));
        }
    }

    @Test
    void endsWithTheLink() throws Exception {
        LinkUnderTest link = LinkUnderTest.to(redis.port());
        Owner last = new Owner(link, RespVersion.RESP2, -1);
        Await.until("it is connected", () -> last.connected);
        link.close();
        assertThat(last.end.get()).isEqualTo("closed");
    }
}
