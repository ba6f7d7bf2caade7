package io.cachee.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RedisServerProcessTest {
    private static final int SHORT_MILLIS = 200;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void diesAndComesBackAtItsPort() throws Exception {
        RedisServerProcess server = RedisServerProcess.start("--maxmemory", "5mb");
        try (server) {
            assertThat(server.program().isAtLeast(6, 2)).isTrue();
            assertThat(server.call("CONFIG", "GET", "maxmemory").item(1).number())
                    .isEqualTo(5 << 20);
            server.call("SET", "k", "v");
            server.stop();
            assertThat(server.isRunning()).isFalse();
            assertThatThrownBy(server::connect).isInstanceOf(IOException.class);
            server.restart();
            assertThat(server.call("GET", "k").isNull()).isTrue();
        }
        assertThat(server.isRunning()).isFalse();
        assertThat(server.socketPath().getParent()).doesNotExist();
        assertThatThrownBy(server::restart).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void answersNothingWhileSuspended() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start();
                RespClient client = RespClient.connect(server.port(), SHORT_MILLIS)) {
            server.pause();
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(SocketTimeoutException.class);
            server.resume();
            Await.until("the reply comes", () -> {
                try {
                    return client.reply().string().equals("PONG");
                } catch (SocketTimeoutException notYet) {
                    return false;
                }
            });
        }
    }

    @Test
    void listensToASocketAndAsksForAPassword() throws Exception {
        RedisServerOptions options = RedisServerOptions.defaults().socket().password("secret");
        try (RedisServerProcess server = RedisServerProcess.start(options);
                RespClient stranger = RespClient.connect(server.socketPath())) {
            assertThat(stranger.call("GET", "k").string()).startsWith("NOAUTH");
            assertThat(server.call("PING").string()).isEqualTo("PONG");
        }
    }

    @Test
    void speaksTls() throws Exception {
        RedisProgram program = RedisProgram.find();
        if (program == null || !program.hasTls()) {
            System.out.println("there is no redis-server with TLS here; nothing is tried with it");
            return;
        }
        Certificates certificates = new Certificates(folder);
        certificates.make("redis");
        RedisServerOptions options =
                RedisServerOptions.defaults().program(program).tls(certificates, "redis");
        try (RedisServerProcess server = RedisServerProcess.start(options);
                RespClient client = RespClient.connect(server.tlsPort(), certificates.client("redis", null))) {
            assertThat(client.call("SET", "k", "v").string()).isEqualTo("OK");
            assertThat(server.call("GET", "k").string()).isEqualTo("v");
        }
    }

    @Test
    void knowsWhatAProgramCanDo() throws Exception {
        RedisProgram none = RedisProgram.find(any -> false);
        if (none == null) {
            System.out.println("no redis-server comes along for this platform");
            return;
        }
        assertThat(none.version()).startsWith("6.2.");
        assertThat(none.isAtLeast(7, 0)).isFalse();
        assertThat(none.isAtLeast(6, 2)).isTrue();
        assertThat(none.isAtLeast(5, 9)).isTrue();
        assertThat(none.isTheOneClaimed()).isFalse();
        assertThat(Files.isExecutable(none.path())).isTrue();
    }

    @Test
    void saysWhyAServerDidNotStart() {
        assertThatThrownBy(() -> RedisServerProcess.start("--no-such-setting", "1"))
                .hasMessageContaining("no-such-setting");
    }
}
