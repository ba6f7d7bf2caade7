package io.cachee.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RedisClusterTest {
    @Test
    void movesSlotsAndSurvivesTheDeathOfAMaster() throws Exception {
        try (RedisCluster cluster =
                RedisCluster.start(RedisServerOptions.defaults().password("secret"))) {
            assertThat(cluster.nodes()).hasSize(6);
            assertThat(cluster.masters())
                    .hasSize(3)
                    .allSatisfy(master -> assertThat(cluster.replicasOf(master)).hasSize(1));
            moveAKey(cluster);
            announceAProxy(cluster);
            killAMaster(cluster);
        }
    }

    private static void moveAKey(RedisCluster cluster) throws Exception {
        ClusterNode from = cluster.masterOf("key");
        ClusterNode to = other(cluster, from);
        from.ask("SET", "key", "value");
        assertThatThrownBy(() -> to.ask("GET", "key")).hasMessageContaining("MOVED " + HashSlot.of("key"));

        SlotMove move = cluster.beginMove(HashSlot.of("key"), to);
        assertThat(move.moveKeys()).isEqualTo(1);
        assertThatThrownBy(() -> from.ask("GET", "key")).hasMessageContaining("ASK");
        move.finish();
        assertThat(cluster.masterOf("key")).isEqualTo(to);
        assertThat(to.ask("GET", "key").string()).isEqualTo("value");

        cluster.moveSlot(HashSlot.of("key"), from);
        assertThat(from.ask("GET", "key").string()).isEqualTo("value");
        assertThatThrownBy(() -> cluster.moveSlot(HashSlot.of("key"), from))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void announceAProxy(RedisCluster cluster) throws Exception {
        ClusterNode master = cluster.masterOf("key");
        try (FaultProxy proxy = FaultProxy.start(master.port())) {
            cluster.announce(master, proxy.port());
            assertThatThrownBy(() -> other(cluster, master).ask("GET", "key"))
                    .hasMessageContaining("127.0.0.1:" + proxy.port());
            cluster.announce(master, master.port());
        }
    }

    private static void killAMaster(RedisCluster cluster) throws Exception {
        ClusterNode old = cluster.masterOf("key");
        ClusterNode replica = cluster.replicasOf(old).getFirst();
        try (RespClient client = old.connect()) {
            client.call("SET", "key", "kept");
            assertThat(client.call("WAIT", 1, 0).number()).isEqualTo(1);
        }
        assertThat(cluster.failover(old)).isEqualTo(replica);
        assertThat(cluster.masterOf("key")).isEqualTo(replica);
        assertThat(replica.ask("GET", "key").string()).isEqualTo("kept");
        cluster.restart(old);
        assertThat(cluster.replicasOf(replica)).isEqualTo(List.of(old));
    }

    private static ClusterNode other(RedisCluster cluster, ClusterNode than) throws Exception {
        return cluster.masters().stream()
                .filter(master -> !master.equals(than))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void findsTheSlotsThatRedisFinds() {
        assertThat(HashSlot.of("123456789")).isEqualTo(0x31C3);
        assertThat(HashSlot.of("foo")).isEqualTo(12182);
        assertThat(HashSlot.of("a{foo}b{bar}")).isEqualTo(12182);
        assertThat(HashSlot.of("{}foo")).isNotEqualTo(12182);
    }
}
