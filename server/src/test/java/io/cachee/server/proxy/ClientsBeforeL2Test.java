package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.GeoCoordinate;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.args.GeoUnit;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/** What applications do with Jedis and Lettuce, through a sidecar that stands before their Redis. */
final class ClientsBeforeL2Test {
    private RedisServerProcess redis;
    private TestSidecar sidecar;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        sidecar = TestSidecar.before("redis://127.0.0.1:" + redis.port());
    }

    @AfterEach
    void stop() {
        sidecar.close();
        redis.close();
    }

    private Jedis jedis(RedisProtocol protocol) {
        return new Jedis(
                new HostAndPort("127.0.0.1", sidecar.port()),
                DefaultJedisClientConfig.builder().protocol(protocol).build());
    }

    @Test
    void jedisUsesAllTypes() throws Exception {
        for (RedisProtocol protocol : RedisProtocol.values()) {
            redis.call("FLUSHALL");
            try (Jedis jedis = jedis(protocol);
                    Jedis other = jedis(protocol)) {
                use(jedis);
                transact(jedis, other);
            }
        }
    }

    private static void use(Jedis jedis) {
        jedis.rpush("list", "a", "b");
        assertThat(jedis.lrange("list", 0, -1)).containsExactly("a", "b");
        jedis.hset("hash", Map.of("f", "1", "g", "2"));
        assertThat(jedis.hgetAll("hash")).isEqualTo(Map.of("f", "1", "g", "2"));
        jedis.sadd("set", "x", "y");
        assertThat(jedis.smembers("set")).containsExactlyInAnyOrder("x", "y");
        jedis.zadd("sorted", 1.5, "m");
        assertThat(jedis.zscore("sorted", "m")).isEqualTo(1.5);
        StreamEntryID id = jedis.xadd("stream", StreamEntryID.NEW_ENTRY, Map.of("k", "v"));
        assertThat(jedis.xrange("stream", id, id).getFirst().getFields()).isEqualTo(Map.of("k", "v"));
        jedis.geoadd("geo", Map.of("here", new GeoCoordinate(13, 38), "there", new GeoCoordinate(14, 38)));
        assertThat(jedis.geodist("geo", "here", "there", GeoUnit.KM)).isBetween(80.0, 95.0);
        jedis.setbit("bits", 9, true);
        assertThat(jedis.bitcount("bits")).isEqualTo(1);
        jedis.pfadd("log", "1", "2", "3");
        assertThat(jedis.pfcount("log")).isEqualTo(3);
        assertThat(jedis.eval("return redis.call('INCRBY', KEYS[1], ARGV[1])", List.of("n"), List.of("5")))
                .isEqualTo(5L);
        assertThat(jedis.get("n")).isEqualTo("5");
        String sha = jedis.scriptLoad("return ARGV[1]");
        assertThat(jedis.evalsha(sha, List.of(), List.of("x"))).isEqualTo("x");
        assertThatThrownBy(() -> jedis.get("list")).isInstanceOf(JedisDataException.class);
        ScanResult<String> scanned = jedis.scan("0", new ScanParams().count(1_000));
        assertThat(scanned.getResult()).contains("list", "hash", "set", "sorted", "stream", "geo", "bits", "log", "n");
        assertThat(jedis.blpop(1, "list").getLast()).isEqualTo("a");
    }

    private static void transact(Jedis jedis, Jedis other) {
        jedis.set("watched", "1");
        jedis.watch("watched");
        other.set("watched", "2");
        Transaction lost = jedis.multi();
        lost.set("watched", "3");
        assertThat(lost.exec()).isNull();
        assertThat(jedis.get("watched")).isEqualTo("2");
        jedis.watch("watched");
        Transaction won = jedis.multi();
        won.set("watched", "4");
        won.get("watched");
        assertThat(won.exec()).containsExactly("OK", "4");
        assertThat(jedis.get("watched")).isEqualTo("4");
    }

    @Test
    void jedisHearsMessages() throws Exception {
        for (RedisProtocol protocol : RedisProtocol.values()) {
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            JedisPubSub listener = new JedisPubSub() {
                @Override
                public void onPMessage(String pattern, String channel, String message) {
                    heard.add(channel + " " + message);
                }
            };
            try (Jedis jedis = jedis(protocol);
                    Jedis speaker = jedis(protocol)) {
                Thread thread = Thread.ofVirtual().start(() -> jedis.psubscribe(listener, "n*"));
                Await.until("somebody listens", () -> speaker.pubsubNumPat() == 1);
                assertThat(speaker.publish("news", "hello")).isEqualTo(1);
                redis.call("PUBLISH", "nothing", "new");
                Await.until("both are heard", () -> heard.size() == 2);
                assertThat(heard).containsExactly("news hello", "nothing new");
                listener.punsubscribe();
                thread.join();
            }
        }
    }

    @Test
    void lettuceUsesAllTypes() throws Exception {
        for (ProtocolVersion protocol : ProtocolVersion.values()) {
            redis.call("FLUSHALL");
            try (RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", sidecar.port()))) {
                client.setOptions(
                        ClientOptions.builder().protocolVersion(protocol).build());
                try (StatefulRedisConnection<String, String> one = client.connect();
                        StatefulRedisConnection<String, String> two = client.connect()) {
                    use(one.sync());
                    transact(one.sync(), two.sync());
                    RedisFuture<KeyValue<String, String>> waiting = one.async().blpop(0, "queue");
                    two.sync().rpush("queue", "job");
                    assertThat(waiting.get(20, TimeUnit.SECONDS).getValue()).isEqualTo("job");
                }
                hear(client);
            }
        }
    }

    private static void use(RedisCommands<String, String> redis) {
        redis.rpush("list", "a", "b");
        assertThat(redis.lpop("list", 2)).containsExactly("a", "b");
        redis.hset("hash", Map.of("f", "1", "g", "2"));
        assertThat(redis.hgetall("hash")).isEqualTo(Map.of("f", "1", "g", "2"));
        redis.sadd("set", "x", "y");
        assertThat(redis.smembers("set")).containsExactlyInAnyOrder("x", "y");
        redis.zadd("sorted", 1.5, "m");
        assertThat(redis.zrangeWithScores("sorted", 0, -1)).containsExactly(ScoredValue.just(1.5, "m"));
        redis.xadd("stream", Map.of("k", "v"));
        List<StreamMessage<String, String>> read = redis.xrange("stream", Range.unbounded());
        assertThat(read.getFirst().getBody()).isEqualTo(Map.of("k", "v"));
        assertThat(redis.<Long>eval("return redis.call('INCR', KEYS[1])", ScriptOutputType.INTEGER, "n"))
                .isEqualTo(1L);
        assertThat(redis.get("n")).isEqualTo("1");
        redis.pfadd("log", "1", "2");
        assertThat(redis.pfcount("log")).isEqualTo(2);
        KeyScanCursor<String> cursor = redis.scan(ScanArgs.Builder.limit(1_000));
        assertThat(cursor.getKeys()).contains("n", "set", "log", "hash", "sorted", "stream");
    }

    private static void transact(RedisCommands<String, String> redis, RedisCommands<String, String> other) {
        redis.set("watched", "1");
        redis.watch("watched");
        other.set("watched", "2");
        redis.multi();
        redis.set("watched", "3");
        assertThat(redis.exec().wasDiscarded()).isTrue();
        assertThat(redis.get("watched")).isEqualTo("2");
        redis.multi();
        redis.set("watched", "4");
        assertThat(redis.exec().<String>get(0)).isEqualTo("OK");
        assertThat(redis.get("watched")).isEqualTo("4");
    }

    private void hear(RedisClient client) throws Exception {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        try (StatefulRedisPubSubConnection<String, String> listener = client.connectPubSub()) {
            listener.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(message);
                }
            });
            listener.sync().subscribe("news");
            redis.call("PUBLISH", "news", "hello");
            Await.until("it is heard", () -> heard.size() == 1);
            listener.sync().unsubscribe("news");
        }
    }
}
