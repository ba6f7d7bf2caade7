package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.store.Eviction;
import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** CONFIG SET maxmemory and maxmemory-policy, on a store of 16 MB. */
class MaxMemoryTest {
    private static final int MIB = 1 << 20;
    private static final String VALUE = "x".repeat(200);

    private final TestSidecar sidecar = TestSidecar.start();
    private final RespClient client = sidecar.connect();

    MaxMemoryTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        client.close();
        sidecar.close();
    }

    private String ask(String line) throws IOException {
        return client.ask(line).toString();
    }

    private String config(String name) throws IOException {
        return client.ask("CONFIG GET " + name).item(1).string();
    }

    private void fill(int entries) throws IOException {
        for (int i = 0; i < entries; i++) {
            client.send("SET", "k" + i, VALUE);
        }
        for (int i = 0; i < entries; i++) {
            assertThat(client.reply()).hasToString("+OK");
        }
    }

    @Test
    void everyPolicyIsSetAndShownUnderRedissNameAndOurs() throws IOException {
        for (Eviction eviction : Eviction.values()) {
            assertThat(ask("CONFIG SET maxmemory-policy " + eviction.displayName()))
                    .isEqualTo("+OK");
            assertThat(config("maxmemory-policy")).isEqualTo(eviction.redisName());
            assertThat(ask("CONFIG SET maxmemory-policy noeviction")).isEqualTo("+OK");
            assertThat(ask("CONFIG SET maxmemory-policy " + eviction.redisName()))
                    .isEqualTo("+OK");
            assertThat(sidecar.store().settings().eviction()).isEqualTo(eviction);
            assertThat(client.ask("INFO memory").string())
                    .contains("maxmemory_policy:" + eviction.redisName() + "\r\n")
                    .contains("cachee_policy:" + eviction.displayName() + "\r\n");
        }
    }

    @Test
    void underAVolatilePolicyOnlyKeysThatExpireMakeWay() throws IOException {
        ask("CONFIG SET maxmemory 1mb maxmemory-policy volatile-ttl");
        for (int i = 0; i < 1_000; i++) {
            assertThat(client.call("SET", "lasting" + i, VALUE)).hasToString("+OK");
        }
        for (int i = 0; i < 10_000; i++) {
            assertThat(client.call("SET", "passing" + i, VALUE, "EX", "1000")).hasToString("+OK");
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(ask("PERSIST lasting" + i)).isEqualTo(":0");
            assertThat(ask("EXISTS lasting" + i)).isEqualTo(":1");
        }
        String reply = "+OK";
        for (int i = 0; i < 10_000 && reply.equals("+OK"); i++) {
            reply = client.call("SET", "more" + i, VALUE).toString();
        }
        assertThat(reply).isEqualTo("-OOM command not allowed when used memory > 'maxmemory'.");
        assertThat(ask("EXISTS lasting0 lasting999")).isEqualTo(":2");
        assertThat(ask("EXPIRE lasting0 1000")).isEqualTo(":1");
        assertThat(client.call("SET", "one more", VALUE)).hasToString("+OK");
        assertThat(ask("EXISTS lasting0")).isEqualTo(":0");
    }

    @Test
    void anUnknownPolicyChangesNothing() throws IOException {
        assertThat(ask("CONFIG SET maxmemory 1mb maxmemory-policy volatile-random"))
                .startsWith("-ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - unknown");
        assertThat(config("maxmemory-policy")).isEqualTo("allkeys-lfu");
        assertThat(config("maxmemory")).isEqualTo(String.valueOf(16 * MIB));
    }

    @Test
    void aLowerLimitIsReachedWithoutAnyWrite() throws Exception {
        fill(40_000);
        assertThat(ask("CONFIG SET maxmemory 1mb")).isEqualTo("+OK");
        assertThat(config("maxmemory")).isEqualTo(String.valueOf(MIB));
        Await.until("entries take 1 MB at most", () -> sidecar.store().stats().liveBytes() <= MIB);
        assertThat(sidecar.store().stats().liveBytes()).isGreaterThan(MIB * 9L / 10);
        String memory = client.ask("INFO memory").string();
        assertThat(memory).contains("maxmemory:" + MIB + "\r\n", "maxmemory_human:1.00M\r\n");
        assertThat(memory).containsPattern("used_memory:(9|10)\\d{5}\r\n");
    }

    @Test
    void zeroAndMoreThanTheStoreMeanTheStoresSize() throws IOException {
        for (String none : new String[] {"0", "16mb", "20gb"}) {
            assertThat(ask("CONFIG SET maxmemory 100kb")).isEqualTo("+OK");
            assertThat(ask("CONFIG SET maxmemory " + none)).isEqualTo("+OK");
            assertThat(config("maxmemory")).isEqualTo(String.valueOf(16 * MIB));
        }
        for (String wrong : new String[] {"-1", "much", "1xb"}) {
            assertThat(ask("CONFIG SET maxmemory " + wrong)).startsWith("-ERR CONFIG SET failed");
        }
    }

    @Test
    void withoutEvictionWritesBeyondTheLimitGetAnError() throws IOException {
        ask("CONFIG SET maxmemory-policy noeviction maxmemory 1mb");
        String reply = "+OK";
        int stored = -1;
        while (reply.equals("+OK")) {
            stored++;
            reply = client.call("SET", "k" + stored, VALUE).toString();
        }
        assertThat(reply).isEqualTo("-OOM command not allowed when used memory > 'maxmemory'.");
        assertThat(stored).isGreaterThan(4_000);
        assertThat(ask("DBSIZE")).isEqualTo(":" + stored);
        assertThat(ask("GET k0")).isEqualTo("$" + VALUE);
        assertThat(client.call("APPEND", "k0", VALUE).toString()).startsWith("-OOM");
        assertThat(ask("DEL k1 k2 k3")).isEqualTo(":3");
        assertThat(client.call("APPEND", "k0", VALUE)).hasToString(":400");
        ask("CONFIG SET maxmemory-policy allkeys-lru");
        assertThat(client.call("SET", "more", VALUE)).hasToString("+OK");
    }
}
