package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Cachee itself does not know: the same requests to a sidecar before L2 and to a server, and the same replies. */
final class DataTypesTest {
    private static final String LISTS = """
        RPUSH l a b c d
        LRANGE l 0 -1
        LINSERT l BEFORE b x
        LPOS l x
        LMOVE l l2 LEFT RIGHT
        LPOP l 2
        LMPOP 2 none l LEFT COUNT 2
        LLEN l
        GET l2
        TYPE l2
        """;
    private static final String HASHES = """
        HSET h f 1 g 2 i 3
        HGETALL h
        HINCRBYFLOAT h f 0.5
        HMGET h f none
        HKEYS h
        HSCAN h 0 MATCH g*
        HRANDFIELD h 0
        HDEL h f g i
        EXISTS h
        OBJECT ENCODING h
        """;
    private static final String SETS = """
        SADD s 1 2 3
        SADD t 3
        SMISMEMBER s 1 9
        SINTERCARD 2 s t
        SDIFFSTORE u s t
        SMEMBERS u
        SSCAN u 0
        SPOP t
        SUNION s t u
        """;
    private static final String SORTED_SETS = """
        ZADD z 1 a 2.5 b 3 c
        ZRANGE z 0 -1 WITHSCORES
        ZADD z GT CH 9 a
        ZINCRBY z 0.1 b
        ZRANGEBYSCORE z (2 +inf
        ZPOPMIN z
        ZSCORE z b
        ZMSCORE z a none
        ZUNION 2 z z WITHSCORES
        ZRANGESTORE y z 0 0
        ZSCAN z 0
        ZRANDMEMBER z 0
        ZRANK z none
        """;
    private static final String STREAMS = """
        XADD x 1-1 f v
        XADD x 2-1 f w
        XLEN x
        XRANGE x - +
        XREAD COUNT 1 STREAMS x 0
        XREAD BLOCK 1 STREAMS x 2-1
        XGROUP CREATE x g 0
        XREADGROUP GROUP g me COUNT 1 STREAMS x >
        XPENDING x g
        XACK x g 1-1
        XINFO STREAM none
        XTRIM x MAXLEN 1
        """;
    private static final String OTHERS = """
        GEOADD geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
        GEODIST geo Palermo Catania km
        GEOPOS geo Palermo none
        GEOSEARCH geo FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHDIST
        PFADD p a b c
        PFADD q c d
        PFCOUNT p q
        PFMERGE r p q
        SETBIT bits 7 1
        BITCOUNT bits
        BITFIELD bits SET u8 0 255 GET u4 0
        BITPOS bits 0
        BITOP NOT tib bits
        GET tib
        SORT l
        RPUSH n 3 1 2
        SORT n DESC
        SORT_RO n
        """;
    private static final String SCRIPTS = """
        EVAL "return {KEYS[1], ARGV[1], 1.9, false, {1, {2}}}" 1 k a
        EVAL "return redis.call('SET', KEYS[1], ARGV[1])" 1 k v
        GET k
        EVAL "return redis.error_reply('MINE of my own')" 0
        EVAL "return redis.call('NOSUCH')" 0
        EVAL "redis.setresp(3); return redis.call('HGETALL', KEYS[1])" 1 none
        SCRIPT LOAD "return redis.call('INCR', KEYS[1])"
        EVALSHA 2bab3b661081db58bd2341920e0ba7cf5dc77b25 1 count
        EVALSHA 2bab3b661081db58bd2341920e0ba7cf5dc77b25 1 count
        GET count
        EVALSHA ffffffffffffffffffffffffffffffffffffffff 0
        SCRIPT EXISTS 2bab3b661081db58bd2341920e0ba7cf5dc77b25
        EVAL_RO "return redis.call('GET', KEYS[1])" 1 count
        EVAL_RO "return redis.call('INCR', KEYS[1])" 1 count
        FUNCTION LOAD "#!lua name=mine\\nredis.register_function('put', \
            function(k, a) return redis.call('SET', k[1], a[1]) end)"
        FCALL put 1 k by-function
        GET k
        FUNCTION DELETE mine
        EVAL "return" 5
        """;
    private static final String TRANSACTIONS = """
        MULTI
        LPUSH tl a
        GET tl
        SET ts v
        INCR ts
        EXEC
        MULTI
        LPUSH tl
        EXEC
        MULTI
        DISCARD
        EXEC
        DISCARD
        MULTI
        MULTI
        WATCH k
        SADD tl x
        EXEC
        WATCH ts
        SET ts changed
        MULTI
        GET ts
        EXEC
        GET ts
        WATCH ts
        UNWATCH
        MULTI
        EXEC
        """;
    private static final String WAITING = """
        BLPOP none 0.01
        RPUSH w a b
        BLPOP none w 1
        BRPOP w 1
        BLMOVE none w LEFT RIGHT 0.01
        BZPOPMIN none 0.01
        BLMPOP 0.01 1 none LEFT
        BLPOP w
        BLPOP w x
        SET w text
        BLPOP w 1
        GET w
        """;

    private static String line(String word) {
        return word.replace("\\n", "\n");
    }

    /** With what stands in no order put into one. */
    private static String shown(String line, RespValue reply) {
        boolean isUnordered =
                List.of("SMEMBERS", "SUNION", "HKEYS", "HGETALL").stream().anyMatch(line::startsWith);
        return (isUnordered ? reply.sorted() : reply).toString();
    }

    private static List<String> replies(RespClient client, int protocol, String script) throws Exception {
        client.call("FLUSHALL");
        List<String> replies = new ArrayList<>();
        if (protocol == 3) {
            client.call("HELLO", 3);
        }
        for (String line : script.lines().toList()) {
            Object[] words =
                    RespClient.words(line).stream().map(DataTypesTest::line).toArray();
            replies.add(line + " -> " + shown(line, client.call(words)));
        }
        return replies;
    }

    @Test
    void areWhatTheyAreInRedis() throws Exception {
        try (RedisServerProcess l2 = RedisServerProcess.start();
                RedisServerProcess other = RedisServerProcess.start();
                TestSidecar sidecar = TestSidecar.before("redis://127.0.0.1:" + l2.port())) {
            for (int protocol = 2; protocol <= 3; protocol++) {
                for (String script :
                        List.of(LISTS, HASHES, SETS, SORTED_SETS, STREAMS, OTHERS, SCRIPTS, TRANSACTIONS, WAITING)) {
                    try (RespClient ours = sidecar.connect();
                            RespClient theirs = other.connect()) {
                        assertThat(replies(ours, protocol, script)).isEqualTo(replies(theirs, protocol, script));
                    }
                }
            }
        }
    }

    @Test
    void wakesWhoWaitsWhenAnotherClientPushes() throws Exception {
        try (RedisServerProcess l2 = RedisServerProcess.start();
                TestSidecar sidecar = TestSidecar.before("redis://127.0.0.1:" + l2.port());
                RespClient direct = l2.connect();
                RespClient pusher = sidecar.connect()) {
            for (int i = 0; i < 10; i++) {
                try (RespClient one = sidecar.connect();
                        RespClient two = sidecar.connect()) {
                    one.send("BLPOP", "queue", "0");
                    one.send("GET", "k");
                    two.send("BZPOPMIN", "zset", "0");
                    awaitBlocked(direct, 2);
                    assertThat(pusher.call("GET", "k")).hasToString("$nil");
                    pusher.call("RPUSH", "queue", "job" + i);
                    direct.call("ZADD", "zset", 1, "member");
                    assertThat(one.reply()).hasToString("*[$queue, $job" + i + "]");
                    assertThat(one.reply()).hasToString("$nil");
                    assertThat(two.reply()).hasToString("*[$zset, $member, $1]");
                }
            }
            try (RespClient gone = sidecar.connect()) {
                gone.send("BLPOP", "queue", "0");
                awaitBlocked(direct, 1);
            }
            awaitBlocked(direct, 0);
        }
    }

    private static void awaitBlocked(RespClient direct, int count) throws Exception {
        io.cachee.testkit.Await.until(
                count + " wait",
                () -> direct.call("INFO", "clients").string().contains("blocked_clients:" + count + "\r"));
    }

    @Test
    void carriesMessagesBothWays() throws Exception {
        try (RedisServerProcess l2 = RedisServerProcess.start();
                TestSidecar sidecar = TestSidecar.before("redis://127.0.0.1:" + l2.port());
                RespClient direct = l2.connect()) {
            for (int protocol = 2; protocol <= 3; protocol++) {
                try (RespClient listener = sidecar.connect();
                        RespClient speaker = sidecar.connect()) {
                    if (protocol == 3) {
                        listener.call("HELLO", 3);
                    }
                    String type = protocol == 3 ? ">" : "*";
                    listener.send("SUBSCRIBE", "news");
                    listener.send("PSUBSCRIBE", "n?ws");
                    assertThat(listener.message()).hasToString(type + "[$subscribe, $news, :1]");
                    assertThat(listener.message()).hasToString(type + "[$psubscribe, $n?ws, :2]");
                    assertThat(speaker.call("PUBLISH", "news", "from a client")).hasToString(":2");
                    assertThat(listener.message()).hasToString(type + "[$message, $news, $from a client]");
                    assertThat(listener.message()).hasToString(type + "[$pmessage, $n?ws, $news, $from a client]");
                    direct.call("PUBLISH", "nows", "from elsewhere");
                    assertThat(listener.message()).hasToString(type + "[$pmessage, $n?ws, $nows, $from elsewhere]");
                    assertThat(speaker.call("PUBSUB", "NUMSUB", "news")).hasToString("*[$news, :1]");
                    if (protocol == 3) {
                        assertThat(listener.call("SET", "k", "v")).hasToString("+OK");
                        assertThat(listener.call("GET", "k")).hasToString("$v");
                    }
                    listener.send("UNSUBSCRIBE");
                    assertThat(listener.message()).hasToString(type + "[$unsubscribe, $news, :1]");
                    listener.send("PUNSUBSCRIBE");
                    assertThat(listener.message()).hasToString(type + "[$punsubscribe, $n?ws, :0]");
                    assertThat(listener.call("GET", "none").isNull()).isTrue();
                }
            }
        }
    }

    @Test
    void walksThroughAllKeysOfL2() throws Exception {
        try (RedisServerProcess l2 = RedisServerProcess.start();
                TestSidecar sidecar = TestSidecar.before("redis://127.0.0.1:" + l2.port());
                RespClient client = sidecar.connect();
                RespClient direct = l2.connect()) {
            for (int i = 0; i < 300; i++) {
                direct.call("SET", "key:" + i, i);
            }
            List<String> keys = new ArrayList<>();
            String cursor = "0";
            do {
                RespValue reply = client.call("SCAN", cursor, "MATCH", "key:*", "COUNT", 50);
                cursor = reply.item(0).string();
                reply.item(1).items().forEach(key -> keys.add(key.string()));
            } while (!cursor.equals("0"));
            assertThat(keys).hasSize(300).doesNotHaveDuplicates();
            assertThat(client.ask("KEYS key:29?").items()).hasSize(10);
        }
    }
}
