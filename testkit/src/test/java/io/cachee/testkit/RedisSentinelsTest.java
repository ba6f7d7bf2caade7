package io.cachee.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RedisSentinelsTest {
    @Test
    void putAReplicaInThePrimarysPlace() throws Exception {
        try (RedisSentinels sentinels =
                RedisSentinels.start(RedisServerOptions.defaults().password("secret"))) {
            RedisServerProcess old = sentinels.primary();
            assertThat(sentinels.servers()).hasSize(3).first().isSameAs(old);
            try (RespClient client = old.connect()) {
                client.call("SET", "key", "kept");
                assertThat(client.call("WAIT", 2, 0).number()).isEqualTo(2);
            }
            RedisServerProcess now = sentinels.failover();
            assertThat(now).isNotSameAs(old).isSameAs(sentinels.primary());
            assertThat(now.call("GET", "key").string()).isEqualTo("kept");
            assertThat(now.call("SET", "key", "new").string()).isEqualTo("OK");
        }
    }
}
