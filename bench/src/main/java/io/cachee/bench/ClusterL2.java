package io.cachee.bench;

import io.cachee.testkit.ClusterNode;
import io.cachee.testkit.FaultTimetable;
import io.cachee.testkit.HashSlot;
import io.cachee.testkit.RedisCluster;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.SlotMove;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of three masters with a replica each. Masters are killed, so that their replicas take their places, and
 * come back as replicas; they are suspended, and their connections are reset. Slots of keys in use move, and stay
 * between the two for a while.
 */
final class ClusterL2 implements ProofL2 {
    private static final int SLOTS_AT_ONCE = 8;

    private final RedisCluster cluster;
    private final List<SlotMove> moves = new ArrayList<>();
    private Random random = new Random();
    private Set<String> masters;
    private @Nullable ClusterNode killed;
    private int failovers;
    private int moved;

    ClusterL2() throws Exception {
        cluster = RedisCluster.start();
        masters = ids();
    }

    private Set<String> ids() throws IOException {
        return cluster.masters().stream().map(ClusterNode::id).collect(Collectors.toSet());
    }

    @Override
    public String uri(int sidecar) {
        return "redis-cluster://"
                + cluster.nodes().stream()
                        .map(node -> "127.0.0.1:" + node.port())
                        .collect(Collectors.joining(","));
    }

    @Override
    public DirectClient direct() {
        return new ClusterClient(() -> cluster.nodes().stream()
                .filter(ClusterNode::isRunning)
                .findFirst()
                .orElseThrow()
                .port());
    }

    @Override
    public List<FaultTimetable> faults(long seed, ProofKeys keys) {
        random = new Random(seed);
        FaultTimetable.Fault failover = new FaultTimetable.Fault("failover", () -> failover(keys), this::restart);
        FaultTimetable.Fault move = new FaultTimetable.Fault("slots move", () -> beginMoves(keys), this::endMoves);
        FaultTimetable.Fault reset = new FaultTimetable.Fault("reset", () -> ServerFaults.reset(any()), () -> {});
        FaultTimetable.Fault suspended =
                new FaultTimetable.Fault("suspended", () -> ServerFaults.suspend(any()), this::awaitTheSame);
        return List.of(new FaultTimetable(seed, List.of(failover, move, reset, move, suspended), SHORTEST, LONGEST));
    }

    private ClusterNode anyMaster() throws IOException {
        List<ClusterNode> all = cluster.masters();
        return all.get(random.nextInt(all.size()));
    }

    private RedisServerProcess any() throws IOException {
        return anyMaster().server();
    }

    // ---------------------------------------------------------------- faults

    private void failover(ProofKeys keys) throws Exception {
        ClusterNode master = anyMaster();
        Set<Integer> others = new HashSet<>();
        for (KeyHistory history : keys.current()) {
            int slot = HashSlot.of(history.key);
            if (!cluster.masterOf(slot).equals(master)) {
                others.add(slot);
            }
        }
        keys.mayGoBack(key -> !others.contains(HashSlot.of(key)));
        List<RedisServerProcess> replicas =
                cluster.replicasOf(master).stream().map(ClusterNode::server).toList();
        ServerFaults.kill(master.server(), replicas);
        killed = master;
        cluster.failover(master);
        masters = ids();
        failovers++;
        keys.settle(direct());
    }

    private void restart() throws Exception {
        ClusterNode node = killed;
        killed = null;
        if (node != null) {
            cluster.restart(node);
        }
    }

    /** Moves the keys of some slots, and leaves these moves unfinished. */
    private void beginMoves(ProofKeys keys) throws Exception {
        List<KeyHistory> all = keys.current();
        Set<Integer> slots = new HashSet<>();
        for (int i = 0; i < SLOTS_AT_ONCE; i++) {
            slots.add(HashSlot.of(all.get(random.nextInt(all.size())).key));
        }
        for (int slot : slots) {
            ClusterNode from = cluster.masterOf(slot);
            List<ClusterNode> others = cluster.masters().stream()
                    .filter(node -> !node.equals(from))
                    .toList();
            SlotMove move = cluster.beginMove(slot, others.get(random.nextInt(others.size())));
            moves.add(move);
            move.moveKeys();
        }
    }

    private void endMoves() throws Exception {
        for (SlotMove move : moves) {
            move.finish();
            moved++;
        }
        moves.clear();
    }

    /** An unplanned failover would make the results worthless. */
    private void awaitTheSame() throws Exception {
        cluster.awaitAgreement();
        if (!ids().equals(masters)) {
            throw new IllegalStateException("the masters are no longer " + masters);
        }
    }

    @Override
    public void calm() throws Exception {
        cluster.awaitAgreement();
    }

    @Override
    public String happened() {
        return failovers + " failovers, " + moved + " slots moved";
    }

    @Override
    public boolean hasFailed() {
        return failovers > 0 && moved > 0;
    }

    @Override
    public void close() {
        cluster.close();
    }
}
