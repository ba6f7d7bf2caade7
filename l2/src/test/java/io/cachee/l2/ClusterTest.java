package io.cachee.l2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.ClusterNode;
import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.HashSlot;
import io.cachee.testkit.RedisCluster;
import io.cachee.testkit.SlotMove;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ClusterTest {
    private static RedisCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = RedisCluster.start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String uri() {
        StringBuilder uri = new StringBuilder("redis-cluster://");
        for (ClusterNode node : cluster.nodes()) {
            uri.append(uri.toString().endsWith("/") ? "" : ",")
                    .append("127.0.0.1:")
                    .append(node.port());
        }
        return uri.toString();
    }

    private static LinkUnderTest link() throws Exception {
        return link(false);
    }

    private static LinkUnderTest link(boolean readFromReplicas) throws Exception {
        return link(uri(), readFromReplicas);
    }

    private static LinkUnderTest link(String uri, boolean readFromReplicas) throws Exception {
        LinkUnderTest link = new LinkUnderTest(L2Options.builder(uri)
                .readFromReplicas(readFromReplicas)
                .deadlineMillis(5_000)
                .heartbeatMillis(200)
                .silenceMillis(400)
                .mostRequests(1_000)
                .mostBytes(1 << 20)
                .retryMillis(10, 100)
                .breakerFailures(1_000)
                .build());
        link.awaitCoherent();
        return link;
    }

    private static ClusterNode other(ClusterNode than) throws Exception {
        return cluster.masters().stream()
                .filter(master -> !master.equals(than))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sendsRequestsWhereTheirKeysAre() throws Exception {
        try (LinkUnderTest link = link()) {
            for (int i = 0; i < 50; i++) {
                String key = "key" + i;
                assertThat(link.slot(key)).isEqualTo(HashSlot.of(key));
                assertThat(link.l2.generation(link.slot(key))).isNotZero();
                assertThat(link.set(key, "value" + i)).isEqualTo("+OK\r\n");
                assertThat(link.get(key)).endsWith("value" + i + "\r\n");
            }
            assertThat(link.call("", "PING")).isEqualTo("+PONG\r\n");
            assertThat(link.l2.status().nodes()).hasSize(3);
            link.l2.learnCommands().get(20, TimeUnit.SECONDS);
            cluster.masterOf("key7").server().call("SET", "key7", "new");
            link.awaitEvent("invalidated key7");
            Await.until("the lag is known", () -> link.l2.status().lagNanos() >= 0);
        }
    }

    @Test
    void findsTheSlotsThatRedisFinds() throws Exception {
        Random random = new Random(3);
        try (LinkUnderTest link = link()) {
            for (int i = 0; i < 2_000; i++) {
                StringBuilder key = new StringBuilder();
                for (int j = random.nextInt(12); j >= 0; j--) {
                    key.append("{}ab\u00ff".charAt(random.nextInt(5)));
                }
                assertThat(link.slot(key.toString())).as(key.toString()).isEqualTo(HashSlot.of(key.toString()));
            }
        }
    }

    @Test
    void followsASlotThatHasMoved() throws Exception {
        ClusterNode from = cluster.masterOf("moved");
        try (LinkUnderTest link = link()) {
            int slot = link.slot("moved");
            link.set("moved", "value");
            assertThat(link.get("moved")).isEqualTo("$5\r\nvalue\r\n");
            int before = link.l2.generation(slot);
            cluster.moveSlot(slot, other(from));
            link.awaitEvent("invalidated moved");
            assertThat(link.get("moved")).isEqualTo("$5\r\nvalue\r\n");
            int after = link.l2.generation(slot);
            assertThat(after).isNotIn(0, before);
            assertThat(link.set("moved", "new")).isEqualTo("+OK\r\n");
            cluster.moveSlot(slot, from);
            assertThat(link.set("moved", "again")).isEqualTo("+OK\r\n");
            assertThat(link.l2.generation(slot)).isNotIn(0, before, after);
        }
    }

    @Test
    void asksTheOtherNodeWhileASlotMoves() throws Exception {
        ClusterNode from = cluster.masterOf("asked");
        try (LinkUnderTest link = link()) {
            int slot = link.slot("asked");
            link.set("asked", "value");
            SlotMove move = cluster.beginMove(slot, other(from));
            int before = link.l2.generation(slot);
            move.moveKeys();
            assertThat(link.get("asked")).isEqualTo("$5\r\nvalue\r\n");
            assertThat(link.l2.generation(slot)).isNotEqualTo(before);
            assertThat(link.set("asked", "new")).isEqualTo("+OK\r\n");
            assertThat(link.get("asked")).isEqualTo("$3\r\nnew\r\n");
            move.finish();
            assertThat(link.get("asked")).isEqualTo("$3\r\nnew\r\n");
            cluster.moveSlot(slot, from);
        }
    }

    @Test
    void findsTheReplicaThatStandsInForAMaster() throws Exception {
        ClusterNode master = cluster.masterOf("key");
        ClusterNode untouched = other(master);
        try (LinkUnderTest link = link()) {
            link.set("key", "value");
            master.server().call("WAIT", 1, 1_000);
            int slot = link.slot("key");
            int before = link.l2.generation(slot);
            int elsewhere = slotOf(untouched);
            int generationElsewhere = link.l2.generation(elsewhere);
            master.server().stop();
            Await.until("its slots are not vouched for", () -> link.l2.generation(slot) == 0);
            assertThat(link.get("key")).isIn("NOT_CONNECTED", "BREAKER_OPEN");
            cluster.awaitAgreement();
            Await.until("its replica answers", () -> link.get("key").equals("$5\r\nvalue\r\n"));
            Await.until("its replica is tracked", () -> link.l2.generation(slot) != 0);
            assertThat(link.l2.generation(slot)).isNotEqualTo(before);
            assertThat(link.l2.generation(elsewhere)).isEqualTo(generationElsewhere);
            Await.until("it can be written", () -> link.set("key", "new").equals("+OK\r\n"));
        } finally {
            cluster.restart(master);
        }
    }

    private static int slotOf(ClusterNode node) throws Exception {
        int slot = 0;
        while (!cluster.masterOf(slot).equals(node)) {
            slot += 100;
        }
        return slot;
    }

    @Test
    void goesOnWithTheOthersWhenAShardIsDown() throws Exception {
        ClusterNode master = cluster.masterOf("down");
        ClusterNode replica = cluster.replicasOf(master).getFirst();
        String key = keyOf(other(master));
        try (LinkUnderTest link = link()) {
            link.set(key, "value");
            int generation = link.l2.generation(link.slot(key));
            replica.server().stop();
            master.server().stop();
            Await.until("its slots are not vouched for", () -> link.l2.generation(link.slot("down")) == 0);
            for (int i = 0; i < 20; i++) {
                assertThat(link.get(key)).isEqualTo("$5\r\nvalue\r\n");
                assertThat(link.get("down")).isIn("NOT_CONNECTED", "BREAKER_OPEN");
                assertThat(link.set(key, "value")).isEqualTo("+OK\r\n");
                assertThat(link.call("", "PING")).isEqualTo("+PONG\r\n");
            }
            assertThat(link.l2.generation(link.slot(key))).isEqualTo(generation);
            assertThat(link.l2.status().isCoherent()).isFalse();
            master.server().restart();
            replica.server().restart();
            cluster.awaitAgreement();
            Await.until("it is back", () -> link.get("down").equals("_\r\n"));
            Await.until("it is tracked", () -> link.l2.generation(link.slot("down")) != 0);
        }
    }

    private static String keyOf(ClusterNode node) throws Exception {
        int number = 0;
        while (!cluster.masterOf("key" + number).equals(node)) {
            number++;
        }
        return "key" + number;
    }

    @Test
    void givesUpWhenNodesNameEachOtherInTurn() throws Exception {
        ClusterNode master = cluster.masterOf("lost");
        ClusterNode wrong = other(master);
        try (FaultProxy proxy = FaultProxy.start(wrong.port())) {
            cluster.announce(master, proxy.port());
            try (LinkUnderTest link = link()) {
                Await.until(
                        "it has gone in circles",
                        () -> link.set("lost", "value").equals("REDIRECTED_TOO_OFTEN"));
                assertThat(link.set(keyOf(wrong), "value")).isEqualTo("+OK\r\n");
            }
        } finally {
            cluster.announce(master, master.port());
        }
    }

    @Test
    void asksTheNextNodeWhenOneIsSilent() throws Exception {
        ClusterNode node = cluster.masters().getFirst();
        try (FaultProxy proxy = FaultProxy.start(node.port())) {
            proxy.blackhole();
            String uri = "redis-cluster://127.0.0.1:" + proxy.port() + ",127.0.0.1:" + node.port();
            try (LinkUnderTest link = link(uri, false)) {
                assertThat(link.set("key", "value")).isEqualTo("+OK\r\n");
            }
        }
    }

    @Test
    void loadsFromReplicasWhereThatIsWanted() throws Exception {
        ClusterNode master = cluster.masterOf("copied");
        ClusterNode replica = cluster.replicasOf(master).getFirst();
        for (ClusterNode node : cluster.nodes()) {
            // One that has come back is named once word of its copy has got round.
            Await.until(
                    node + " names all replicas",
                    () -> node.server().call("CLUSTER", "SLOTS").items().stream()
                            .allMatch(range -> range.items().size() == 4));
        }
        try (LinkUnderTest link = link(true)) {
            Await.until("all nodes are known", () -> link.l2.status().nodes().size() == 6);
            link.awaitCoherent();
            link.set("copied", "value");
            Await.until("the replica has it", () -> link.get("copied").equals("$5\r\nvalue\r\n"));
            replica.server().call("CONFIG", "RESETSTAT");
            assertThat(link.tracked("load", "copied", "GET", "copied").get(20, TimeUnit.SECONDS))
                    .isEqualTo("$5\r\nvalue\r\n");
            assertThat(replica.server().call("INFO", "commandstats").string()).contains("cmdstat_get:calls=1");
            link.set("copied", "new");
            link.awaitEvent("invalidated copied");
            int generation = link.l2.generation(link.slot("copied"));
            replica.server().stop();
            Await.until(
                    "the master vouches",
                    () -> link.l2.generation(link.slot("copied")) != 0
                            && link.l2.generation(link.slot("copied")) != generation);
            assertThat(link.get("copied")).isEqualTo("$3\r\nnew\r\n");
        } finally {
            cluster.restart(replica);
        }
    }
}
