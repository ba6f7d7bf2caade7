package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.testkit.Await;
import io.cachee.testkit.Certificates;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.support.caching.CacheAccessor;
import io.lettuce.core.support.caching.CacheFrontend;
import io.lettuce.core.support.caching.ClientSideCaching;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/**
 * The clients that people use: Jedis, Lettuce, redis-cli, redis-py and node-redis. Before a redis-server they must find
 * what they find without one.
 */
final class ForeignClientsTest {
    private static final String PASSWORD = "secret";

    private static final boolean BEFORE_L2 = Boolean.getBoolean("cachee.before.l2");

    @TempDir
    private Path folder;

    private @Nullable RedisServerProcess l2;

    @BeforeEach
    void startL2() throws Exception {
        l2 = BEFORE_L2 ? RedisServerProcess.start() : null;
    }

    @AfterEach
    void stopL2() {
        if (l2 != null) {
            l2.close();
        }
    }

    private Certificates certificates() throws Exception {
        Certificates certificates = new Certificates(folder);
        certificates.make("server");
        return certificates;
    }

    private NetSidecar.Builder sidecar() {
        return open().setting("requirepass", PASSWORD).socket(folder.resolve("c.sock"));
    }

    /** That asks for no password. */
    private NetSidecar.Builder open() {
        return l2 == null ? NetSidecar.with() : NetSidecar.with().before(l2);
    }

    @Test
    void jedis() throws Exception {
        Certificates certificates = certificates();
        try (NetSidecar sidecar = sidecar()
                .tls(certificates.certificate("server"), certificates.key("server"), null)
                .start()) {
            for (RedisProtocol protocol : new RedisProtocol[] {RedisProtocol.RESP2, RedisProtocol.RESP3}) {
                DefaultJedisClientConfig.Builder config =
                        DefaultJedisClientConfig.builder().protocol(protocol).password(PASSWORD);
                use(new Jedis(new HostAndPort("127.0.0.1", sidecar.port()), config.build()));
                config.sslOptions(redis.clients.jedis.SslOptions.builder()
                        .truststore(certificates.store("server").toFile(), Certificates.PASSWORD.toCharArray())
                        .trustStoreType("PKCS12")
                        .build());
                use(new Jedis(new HostAndPort("localhost", sidecar.tlsPort()), config.build()));
            }
            assertThatThrownBy(() -> use(new Jedis(
                            new HostAndPort("127.0.0.1", sidecar.port()),
                            DefaultJedisClientConfig.builder().password("wrong").build())))
                    .isInstanceOf(JedisAccessControlException.class);
        }
    }

    private static void use(Jedis jedis) {
        try (jedis) {
            assertThat(jedis.ping()).isEqualTo("PONG");
            assertThat(jedis.set("k", "v")).isEqualTo("OK");
            assertThat(jedis.get("k")).isEqualTo("v");
            assertThat(jedis.mget("k", "absent")).containsExactly("v", null);
            jedis.set("n", "1");
            assertThat(jedis.incrBy("n", 41)).isEqualTo(42);
            assertThat(jedis.expire("n", 100)).isEqualTo(1);
            assertThat(jedis.ttl("n")).isBetween(1L, 100L);
            assertThat(jedis.del("k", "n", "absent")).isEqualTo(2);
            var transaction = jedis.multi();
            transaction.set("t", "1");
            transaction.incr("t");
            assertThat(transaction.exec()).containsExactly("OK", 2L);
            assertThat(jedis.clientSetname("somebody")).isEqualTo("OK");
        }
    }

    @Test
    void lettuce() throws Exception {
        Certificates certificates = certificates();
        try (NetSidecar sidecar = sidecar()
                .tls(certificates.certificate("server"), certificates.key("server"), null)
                .start()) {
            for (ProtocolVersion version : ProtocolVersion.values()) {
                RedisURI.Builder tcp = RedisURI.builder().withHost("localhost").withPort(sidecar.port());
                use(tcp.withPassword(PASSWORD.toCharArray()).build(), version, certificates);
                RedisURI.Builder tls = RedisURI.builder().withHost("localhost").withPort(sidecar.tlsPort());
                use(tls.withSsl(true).withPassword(PASSWORD.toCharArray()).build(), version, certificates);
                RedisURI.Builder unix =
                        RedisURI.Builder.socket(folder.resolve("c.sock").toString());
                use(unix.withPassword(PASSWORD.toCharArray()).build(), version, certificates);
            }
        }
    }

    private static void use(RedisURI uri, ProtocolVersion version, Certificates certificates) {
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder()
                .protocolVersion(version)
                .sslOptions(SslOptions.builder()
                        .jdkSslProvider()
                        .trustManager(certificates.authority("server").toFile())
                        .build())
                .build());
        try (StatefulRedisConnection<String, String> connection = client.connect(uri)) {
            RedisCommands<String, String> redis = connection.sync();
            assertThat(redis.set("k", "v", SetArgs.Builder.ex(100))).isEqualTo("OK");
            assertThat(redis.get("k")).isEqualTo("v");
            assertThat(redis.mget("k", "absent")).hasSize(2);
            assertThat(redis.ttl("k")).isBetween(1L, 100L);
            redis.multi();
            redis.set("t", "1");
            redis.incr("t");
            assertThat(redis.exec().<Long>get(1)).isEqualTo(2L);
            assertThat(redis.del("k", "t")).isEqualTo(2);
        } finally {
            client.shutdown();
        }
    }

    @Test
    void lettuceKeepsCopiesAndIsToldOfChanges() throws Exception {
        try (NetSidecar sidecar = sidecar().start();
                RespClient other = sidecar.friend()) {
            RedisURI uri = RedisURI.builder()
                    .withHost("localhost")
                    .withPort(sidecar.port())
                    .withPassword(PASSWORD.toCharArray())
                    .build();
            RedisClient client = RedisClient.create(uri);
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                Map<String, String> copies = new ConcurrentHashMap<>();
                CacheFrontend<String, String> frontend = ClientSideCaching.enable(
                        CacheAccessor.forMap(copies), connection, TrackingArgs.Builder.enabled());
                other.call("SET", "k", "old");
                assertThat(frontend.get("k")).isEqualTo("old");
                assertThat(copies).containsEntry("k", "old");
                other.call("SET", "k", "new");
                Await.until("the copy is gone", copies::isEmpty);
                assertThat(frontend.get("k")).isEqualTo("new");
            } finally {
                client.shutdown();
            }
        }
    }

    @Test
    void redisCli() throws Exception {
        if (Tool.isAbsent("redis-cli")) {
            return;
        }
        try (NetSidecar sidecar = sidecar().start()) {
            String port = String.valueOf(sidecar.port());
            String socket = folder.resolve("c.sock").toString();
            for (String protocol : new String[] {"-2", "-3"}) {
                String[] tcp = {"redis-cli", "--no-auth-warning", protocol, "-a", PASSWORD, "-p", port, "SET", "k", "v"
                };
                assertThat(Tool.run(tcp)).contains("OK");
                String[] unix = {"redis-cli", protocol, "-a", PASSWORD, "-s", socket, "GET", "k"};
                assertThat(Tool.run(unix)).contains("v");
            }
            assertThat(Tool.run("redis-cli", "-p", port, "GET", "k")).contains("NOAUTH");
        }
    }

    @Test
    void redisBenchmark() throws Exception {
        if (Tool.isAbsent("redis-benchmark")) {
            return;
        }
        try (NetSidecar sidecar = open().start()) {
            String port = String.valueOf(sidecar.port());
            String said = Tool.run("redis-benchmark", "-q", "-n", "1000", "-p", port, "-t", "ping,set,get,incr,mset");
            for (String test : new String[] {"PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)"}) {
                assertThat(said).contains(test + ": ");
            }
            assertThat(said).contains("requests per second");
            if (BEFORE_L2) {
                return;
            }
            // Commands that only an L2 knows are refused, and the client goes.
            Process whole = new ProcessBuilder("redis-benchmark", "-q", "-n", "1000", "-p", port)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(whole.waitFor(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            sidecar.awaitClients(0);
        }
    }

    @Test
    void redisPy() throws Exception {
        String python = ScriptClients.python();
        if (python == null) {
            return;
        }
        Certificates certificates = certificates();
        try (NetSidecar sidecar = sidecar()
                .tls(certificates.certificate("server"), certificates.key("server"), null)
                .start()) {
            String script = """
                import redis, sys
                port, tls, ca, path, password = sys.argv[1:]
                def use(r):
                    assert r.ping()
                    assert r.set('k', 'v', ex=100)
                    assert r.get('k') == b'v'
                    assert r.mget('k', 'absent') == [b'v', None]
                    assert 0 < r.ttl('k') <= 100
                    p = r.pipeline(transaction=True)
                    p.set('t', 1); p.incr('t')
                    assert p.execute() == [True, 2]
                    assert r.delete('k', 't') == 2
                    r.close()
                kinds = [{}]
                if int(redis.__version__.split('.')[0]) >= 5:
                    kinds.append({'protocol': 3})
                for kind in kinds:
                    use(redis.Redis(port=int(port), password=password, **kind))
                    use(redis.Redis(port=int(tls), password=password, ssl=True, ssl_ca_certs=ca, **kind))
                    use(redis.Redis(unix_socket_path=path, password=password, **kind))
                try:
                    redis.Redis(port=int(port), password='wrong').ping()
                    raise SystemExit('a wrong password was accepted')
                except redis.exceptions.RedisError as refused:
                    assert 'WRONGPASS' in str(refused) or 'invalid' in str(refused), refused
                print('done')
                """;
            String ca = certificates.authority("server").toString();
            String socket = folder.resolve("c.sock").toString();
            String port = String.valueOf(sidecar.port());
            String tls = String.valueOf(sidecar.tlsPort());
            assertThat(Tool.run(python, "-c", script, port, tls, ca, socket, PASSWORD))
                    .contains("done");
        }
    }

    @Test
    void nodeRedis() throws Exception {
        Path modules = ScriptClients.nodeModules();
        if (modules == null) {
            return;
        }
        try (NetSidecar sidecar = sidecar().start()) {
            String script = """
                const assert = require('assert');
                const { createClient } = require('redis');
                const [port, path, password] = process.argv.slice(2);
                async function use(options) {
                  const client = createClient({ password, ...options });
                  client.on('error', e => { console.error(e); process.exit(1); });
                  await client.connect();
                  assert.equal(await client.set('k', 'v', { EX: 100 }), 'OK');
                  assert.equal(await client.get('k'), 'v');
                  assert.deepEqual(await client.mGet(['k', 'absent']), ['v', null]);
                  const ttl = await client.ttl('k');
                  assert(ttl > 0 && ttl <= 100);
                  const done = await client.multi().set('t', '1').incr('t').exec();
                  assert.deepEqual(done, ['OK', 2]);
                  assert.equal(await client.del(['k', 't']), 2);
                  if (options.clientSideCache) {
                    const other = client.duplicate({ clientSideCache: undefined });
                    await other.connect();
                    await other.set('c', 'old');
                    assert.equal(await client.get('c'), 'old');
                    await other.set('c', 'new');
                    while (await client.get('c') !== 'new') { await new Promise(setImmediate); }
                    other.destroy();
                  }
                  client.destroy();
                }
                (async () => {
                  for (const RESP of [2, 3]) {
                    await use({ RESP, socket: { host: '127.0.0.1', port: Number(port) } });
                    await use({ RESP, socket: { path } });
                  }
                  await use({
                    RESP: 3,
                    socket: { host: '127.0.0.1', port: Number(port) },
                    clientSideCache: { ttl: 0, maxEntries: 0 }
                  });
                  console.log('done');
                })().catch(e => { console.error(e); process.exit(1); });
                """;
            Path file = Files.writeString(modules.resolve("try.js"), script);
            String port = String.valueOf(sidecar.port());
            String socket = folder.resolve("c.sock").toString();
            assertThat(Tool.run("node", file.toString(), port, socket, PASSWORD))
                    .contains("done");
        }
    }
}
