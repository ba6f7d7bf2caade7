package io.cachee.l2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.testkit.Await;
import io.cachee.testkit.Certificates;
import io.cachee.testkit.RedisServerOptions;
import io.cachee.testkit.RedisServerProcess;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may come in, who is trusted, and what is never said. */
final class SecretsTest {
    private static final String SECRET = "open-sesame";

    private static L2Options options(
            String uri,
            @Nullable String password,
            @Nullable Path authorities,
            @Nullable Path certificate,
            @Nullable Path key) {
        return L2Options.builder(uri)
                .password(password)
                .tls(authorities, certificate, key)
                .connectMillis(2_000)
                .retryMillis(10, 50)
                .breakerFailures(1_000)
                .build();
    }

    private static void assertComesIn(L2Options options) throws Exception {
        try (LinkUnderTest link = new LinkUnderTest(options)) {
            link.awaitCoherent();
            assertThat(link.set("key", "value")).isEqualTo("+OK\r\n");
            assertThat(link.get("key")).isEqualTo("$5\r\nvalue\r\n");
        }
    }

    private static void assertStaysOut(L2Options options, String why) throws Exception {
        try (LinkUnderTest link = new LinkUnderTest(options)) {
            Await.until("it is refused", () -> !problem(link).isEmpty());
            assertThat(problem(link)).contains(why).doesNotContain(SECRET);
            assertThat(link.l2.status().isCoherent()).isFalse();
            assertThat(link.get("key")).isIn("NOT_CONNECTED", "BREAKER_OPEN");
        }
    }

    private static String problem(LinkUnderTest link) {
        return link.l2.status().nodes().getFirst().lastProblem();
    }

    @Test
    void comesInWithPasswordAndUser() throws Exception {
        try (RedisServerProcess redis =
                RedisServerProcess.start(RedisServerOptions.defaults().password(SECRET))) {
            redis.call("ACL", "SETUSER", "alice", "on", ">" + SECRET + "2", "~*", "&*", "+@all");
            String host = "127.0.0.1:" + redis.port();
            assertComesIn(options("redis://:" + SECRET + "@" + host, null, null, null, null));
            assertComesIn(options("redis://" + host, SECRET, null, null, null));
            assertComesIn(options("redis://alice:" + SECRET + "2@" + host + "/1", null, null, null, null));
            assertComesIn(options("redis://alice:wrong@" + host, SECRET + "2", null, null, null));
            assertStaysOut(options("redis://" + host, null, null, null, null), "NOAUTH");
            assertStaysOut(options("redis://" + host, SECRET + "3", null, null, null), "WRONGPASS");
        }
    }

    @Test
    void comesInOverTls(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        certificates.make("server");
        certificates.make("stranger");
        RedisServerOptions server =
                RedisServerOptions.defaults().tls(certificates, "server").arguments("--tls-auth-clients", "yes");
        try (RedisServerProcess redis = RedisServerProcess.start(server)) {
            String uri = "rediss://127.0.0.1:" + redis.tlsPort();
            Path authority = certificates.authority("server");
            Path certificate = certificates.certificate("server");
            Path key = certificates.key("server");
            assertComesIn(options(uri, null, authority, certificate, key));
            assertComesIn(options(uri + "?verifyPeer=NONE", null, null, certificate, key));
            assertStaysOut(options(uri, null, certificates.authority("stranger"), certificate, key), "");
            assertStaysOut(options(uri, null, null, certificate, key), "");
            assertStaysOut(options(uri, null, authority, null, null), "");
            assertThatThrownBy(() -> assertComesIn(options(uri, null, folder.resolve("none"), null, null)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("none");
        }
    }

    @Test
    void wantsTheHostToBeTheOneThatTheCertificateNames(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        certificates.make("server", "-ext", "san=dns:elsewhere");
        RedisServerOptions server = RedisServerOptions.defaults().tls(certificates, "server");
        try (RedisServerProcess redis = RedisServerProcess.start(server)) {
            String uri = "rediss://127.0.0.1:" + redis.tlsPort();
            Path authority = certificates.authority("server");
            assertStaysOut(options(uri, null, authority, null, null), "");
            assertComesIn(options(uri + "?verifyPeer=CA", null, authority, null, null));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:6379",
                "http://u:" + SECRET + "@host",
                "redis://u:" + SECRET + "@host:port",
                "redis://u:" + SECRET + "@",
                "redis://u:" + SECRET + "@h ost",
                "redis-sentinel://" + SECRET + "@host",
                "redis-cluster://u:" + SECRET + "@host:1/3",
                "redis-cluster://"
            })
    void refusesAnAddressThatItCannotReadWithoutShowingIt(String uri) {
        assertThatThrownBy(() -> ServerUri.of(L2Options.of(uri)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThatThrownBy(() -> LinkUnderTest.impatient("redis://host", 0, 1)).hasMessageContaining("deadlineMillis");
        assertThatThrownBy(() -> LinkUnderTest.impatient("redis://host", 1, -1))
                .hasMessageContaining("breakerFailures of -1");
        assertThatThrownBy(() -> options("redis://host", null, null, Path.of("a"), null))
                .hasMessageContaining("certificate");
    }

    @Test
    void showsNoSecrets() {
        L2Options options = options("redis://alice:" + SECRET + "@host:1/2", SECRET, null, null, null);
        assertThat(options.toString()).contains("redis://host:1/2").doesNotContain(SECRET);
        assertThat(ServerUri.of(options).toString()).contains("host:1").doesNotContain(SECRET);
        assertThat(L2Options.of("redis://host").toString()).contains("redis://host");
    }
}
