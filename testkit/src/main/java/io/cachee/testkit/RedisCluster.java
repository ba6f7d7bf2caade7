package io.cachee.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Six nodes on this machine: three masters that share all slots, and a replica of each. Nodes are known by their ids,
 * not by their ports, for a node may {@link #announce} another.
 */
public final class RedisCluster implements AutoCloseable {
    private static final int MASTERS = 3;
    private static final int NODES = 2 * MASTERS;
    private static final String NODE_TIMEOUT_MILLIS = "1000";

    private final List<ClusterNode> nodes;
    private final String password;

    private RedisCluster(List<ClusterNode> nodes, String password) {
        this.nodes = nodes;
        this.password = password;
    }

    public static RedisCluster start(String... arguments) throws Exception {
        return start(RedisServerOptions.defaults().arguments(arguments));
    }

    /**
     * Returns when all nodes agree that the cluster works.
     *
     * @param each how each node is started; its arguments win over those of the cluster, such as
     *     {@code "--cluster-require-full-coverage", "yes"}
     */
    public static RedisCluster start(RedisServerOptions each) throws Exception {
        List<ClusterNode> nodes = new ArrayList<>();
        RedisCluster cluster = new RedisCluster(nodes, each.password);
        try {
            for (int i = 0; i < NODES; i++) {
                RedisServerProcess server = RedisServerProcess.start(options(each));
                nodes.add(new ClusterNode(server.call("CLUSTER", "MYID").string(), server));
            }
            cluster.form();
            return cluster;
        } catch (Exception | AssertionError failed) {
            cluster.close();
            throw failed;
        }
    }

    private static RedisServerOptions options(RedisServerOptions each) {
        RedisServerOptions own = each.copy();
        own.arguments.clear();
        own.arguments("--cluster-enabled", "yes", "--cluster-node-timeout", NODE_TIMEOUT_MILLIS)
                .arguments("--cluster-require-full-coverage", "no")
                // A replica stands for election no matter how old its data is.
                .arguments("--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0")
                .arguments(each.arguments.toArray(String[]::new));
        return own;
    }

    private void form() throws Exception {
        for (int i = 0; i < NODES; i++) {
            // Masters with the same epoch would have to resolve that first.
            nodes.get(i).ask("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
        }
        for (int i = 0; i < MASTERS; i++) {
            List<Object> command = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
            for (int slot = i * HashSlot.COUNT / MASTERS; slot < (i + 1) * HashSlot.COUNT / MASTERS; slot++) {
                command.add(slot);
            }
            nodes.get(i).ask(command.toArray());
        }
        for (ClusterNode from : nodes) {
            for (ClusterNode to : nodes.subList(nodes.indexOf(from) + 1, NODES)) {
                from.ask("CLUSTER", "MEET", to.server().host(), to.port());
            }
        }
        Set<String> all = ids(nodes);
        for (ClusterNode node : nodes) {
            Await.until(node + " knows all others", () -> view(node).finds(all));
        }
        for (int i = MASTERS; i < NODES; i++) {
            nodes.get(i).ask("CLUSTER", "REPLICATE", nodes.get(i - MASTERS).id());
        }
        awaitAgreement();
    }

    // ---------------------------------------------------------------- looking

    /** All nodes in the order of their start, whether they run or not. */
    public List<ClusterNode> nodes() {
        return List.copyOf(nodes);
    }

    /** The running nodes that serve slots. */
    public List<ClusterNode> masters() throws IOException {
        ClusterView view = view(anyRunning());
        return running().stream()
                .filter(node -> !Objects.requireNonNull(view.rows().get(node.id()))
                        .slots()
                        .isEmpty())
                .toList();
    }

    /** The running replicas of this node. */
    public List<ClusterNode> replicasOf(ClusterNode master) throws IOException {
        ClusterView view = view(anyRunning());
        return running().stream()
                .filter(node -> Objects.requireNonNull(view.rows().get(node.id()))
                        .primary()
                        .equals(master.id()))
                .toList();
    }

    public ClusterNode masterOf(String key) throws IOException {
        return masterOf(HashSlot.of(key));
    }

    public ClusterNode masterOf(int slot) throws IOException {
        return byId(view(anyRunning()).ownerOf(slot));
    }

    private ClusterNode byId(@Nullable String id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no node has the id " + id));
    }

    private List<ClusterNode> running() {
        return nodes.stream().filter(ClusterNode::isRunning).toList();
    }

    private ClusterNode anyRunning() {
        return running().stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no node of the cluster runs"));
    }

    private static Set<String> ids(List<ClusterNode> of) {
        Set<String> ids = new HashSet<>();
        of.forEach(node -> ids.add(node.id()));
        return ids;
    }

    private static ClusterView view(ClusterNode node) throws IOException {
        return ClusterView.parse(node.ask("CLUSTER", "NODES").string());
    }

    /**
     * Waits until the nodes that run see each other and the same masters, say that the cluster works, and every replica
     * of a master that runs has its copy. No node may be suspended.
     */
    public void awaitAgreement() throws Exception {
        try {
            Await.until("the cluster's nodes agree", this::isAgreed);
        } catch (AssertionError inVain) {
            StringBuilder said = new StringBuilder(inVain.getMessage());
            for (ClusterNode node : running()) {
                said.append("\n").append(node).append(" says\n");
                said.append(node.server().call("CLUSTER", "NODES").string());
            }
            throw new AssertionError(said.toString(), inVain);
        }
    }

    private boolean isAgreed() {
        try {
            return agree(running());
        } catch (IOException refused) {
            // A replica that loads its master's data answers nothing else.
            return false;
        }
    }

    private static boolean agree(List<ClusterNode> running) throws IOException {
        Set<String> ids = ids(running);
        List<String> agreed = view(running.getFirst()).rolesOf(ids);
        for (ClusterNode node : running) {
            ClusterView view = view(node);
            if (!view.finds(ids) || !view.rolesOf(ids).equals(agreed)) {
                return false;
            }
            if (!node.ask("CLUSTER", "INFO").string().contains("cluster_state:ok")) {
                return false;
            }
            ClusterView.Row own = Objects.requireNonNull(view.rows().get(node.id()));
            boolean copies = !own.isMaster() && ids.contains(own.primary());
            if (copies && !node.ask("INFO", "replication").string().contains("master_link_status:up")) {
                return false;
            }
        }
        return true;
    }

    // ---------------------------------------------------------------- changing

    /** Kills a master, and returns its replica once all nodes have accepted it as the master. */
    public ClusterNode failover(ClusterNode master) throws Exception {
        int slot = Objects.requireNonNull(view(anyRunning()).rows().get(master.id()))
                .slots()
                .nextSetBit(0);
        if (slot < 0 || replicasOf(master).isEmpty()) {
            throw new IllegalArgumentException(master + " has no slots or no replica");
        }
        master.server().stop();
        Await.until("a replica stands in for " + master, () -> !masterOf(slot).equals(master));
        awaitAgreement();
        return masterOf(slot);
    }

    /** Restarts a killed node, and waits until all nodes agree. A former master comes back as a replica. */
    public void restart(ClusterNode node) throws Exception {
        node.server().restart();
        awaitAgreement();
    }

    /**
     * Has a node tell clients, and the others, that it is to be reached at another port, such as that of a
     * {@link FaultProxy} before it; returns when the others say so. It ends with a restart.
     */
    public void announce(ClusterNode node, int port) throws Exception {
        node.ask("CONFIG", "SET", "cluster-announce-port", port);
        for (ClusterNode other : running()) {
            if (!other.equals(node)) {
                Await.until(
                        other + " knows the new port",
                        () -> Objects.requireNonNull(view(other).rows().get(node.id()))
                                        .port()
                                == port);
            }
        }
        awaitAgreement();
    }

    /** Moves a slot with its keys to another master, and waits until all nodes agree. */
    public void moveSlot(int slot, ClusterNode to) throws Exception {
        SlotMove move = beginMove(slot, to);
        move.moveKeys();
        move.finish();
    }

    /** Begins a move and does not finish it: clients get ASK for keys that have moved. */
    public SlotMove beginMove(int slot, ClusterNode to) throws Exception {
        ClusterNode from = masterOf(slot);
        if (from.equals(to) || !masters().contains(to)) {
            throw new IllegalArgumentException("slot " + slot + " of " + from + " cannot move to " + to);
        }
        to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", from.id());
        from.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", to.id());
        return new SlotMove(this, slot, from, to, password);
    }

    /** Kills all nodes. */
    @Override
    public void close() {
        nodes.forEach(node -> node.server().close());
    }
}
