package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import org.junit.jupiter.api.Test;

/** The exercise by which people learn what eviction is: a small maxmemory, more than fits, and back. */
final class EvictionLabTest {
    private static final String PASSWORD = "cache-lab-pass";

    @Test
    void redisPyLowersMaxmemorySeesEvictionsAndPutsItBack() throws Exception {
        String python = ScriptClients.python();
        if (python == null) {
            return;
        }
        String script = """
            import redis, sys
            r = redis.Redis(
                host='127.0.0.1',
                port=int(sys.argv[1]),
                password='cache-lab-pass',
                decode_responses=True,
            )
            r.config_set('maxmemory', '1mb')
            r.config_set('maxmemory-policy', 'allkeys-lru')
            print("Set maxmemory=1MB, policy=allkeys-lru")
            evicted_before = int(r.info('stats')['evicted_keys'])
            for i in range(5000):
                r.set(f"item:{i}", "x" * 200)
            evicted_after = int(r.info('stats')['evicted_keys'])
            total_keys = r.dbsize()
            print(f"Attempted to write 5000 keys")
            print(f"Keys in Redis: {total_keys}")
            print(f"Keys evicted: {evicted_after - evicted_before}")
            print(f"Eviction policy working correctly: {evicted_after > evicted_before}")
            assert total_keys == 5000 - (evicted_after - evicted_before)
            assert r.info('memory')['used_memory'] <= r.info('memory')['maxmemory'] == 1048576
            r.config_set('maxmemory', '0')
            r.flushall()
            """;
        try (NetSidecar sidecar =
                NetSidecar.with().setting("requirepass", PASSWORD).start()) {
            String said = Tool.run(python, "-c", script, String.valueOf(sidecar.port()));
            assertThat(said).contains("Eviction policy working correctly: True").containsPattern("evicted: [1-9]");
            try (RespClient client = RespClient.connect(sidecar.port())) {
                client.ask("AUTH " + PASSWORD);
                assertThat(client.ask("DBSIZE")).hasToString(":0");
                assertThat(client.ask("CONFIG GET maxmemory").toString()).contains(String.valueOf(32 << 20));
            }
        }
    }
}
