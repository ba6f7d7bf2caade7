package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients are told of keys that nobody changed: they expired, or had to make room. */
final class RemovedKeysTest {
    private static final int LARGE = 100_000;
    private static final int MORE_THAN_FIT = 400;

    @SuppressWarnings("NullAway.Init")
    private TestSidecar sidecar;

    @BeforeEach
    void start() throws Exception {
        sidecar = TestSidecar.start();
    }

    @AfterEach
    void stop() throws Exception {
        sidecar.close();
    }

    private RespClient connect() throws Exception {
        return RespClient.connect(sidecar.port());
    }

    @Test
    void publishesKeysThatExpireUnread() throws Exception {
        try (RespClient listener = connect();
                RespClient writer = connect()) {
            writer.ask("CONFIG SET notify-keyspace-events Ex");
            listener.ask("SUBSCRIBE __keyevent@0__:expired");
            writer.ask("SET lasting 1");
            writer.ask("SET passing 1 PX 30");
            assertThat(listener.message().item(2).string()).isEqualTo("passing");
        }
    }

    @Test
    void publishesKeysOfTheDatabaseTheyWereIn() throws Exception {
        try (RespClient listener = connect();
                RespClient writer = connect()) {
            writer.ask("CONFIG SET notify-keyspace-events Kx");
            listener.ask("PSUBSCRIBE __keyspace@*");
            writer.ask("SELECT 5");
            writer.ask("SET passing 1 PX 30");
            assertThat(listener.message().item(2).string()).isEqualTo("__keyspace@5__:passing");
        }
    }

    @Test
    void publishesKeysThatAreEvicted() throws Exception {
        try (RespClient listener = connect();
                RespClient writer = connect()) {
            writer.ask("CONFIG SET notify-keyspace-events Ee");
            listener.ask("SUBSCRIBE __keyevent@0__:evicted");
            fill(writer);
            assertThat(listener.message().item(2).string()).startsWith("large:");
        }
    }

    @Test
    void tellsThoseThatKeepACopyWhenItExpires() throws Exception {
        try (RespClient reader = connect();
                RespClient writer = connect()) {
            reader.ask("HELLO 3");
            reader.ask("CLIENT TRACKING ON");
            writer.ask("SET passing 1 PX 100");
            assertThat(reader.ask("GET passing").string()).isEqualTo("1");
            assertThat(reader.message().item(1).item(0).string()).isEqualTo("passing");
        }
    }

    private static void fill(RespClient writer) throws Exception {
        byte[] value = new byte[LARGE];
        for (int i = 0; i < MORE_THAN_FIT; i++) {
            writer.call("SET", "large:" + i, value);
        }
    }
}
