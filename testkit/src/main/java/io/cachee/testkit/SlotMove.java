package io.cachee.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A slot that is being moved from one master to another. */
public final class SlotMove {
    private static final int KEYS_AT_ONCE = 100;
    private static final int TIMEOUT_MILLIS = 5_000;

    private final RedisCluster cluster;
    private final int slot;
    private final ClusterNode from;
    private final ClusterNode to;
    private final String password;

    SlotMove(RedisCluster cluster, int slot, ClusterNode from, ClusterNode to, String password) {
        this.cluster = cluster;
        this.slot = slot;
        this.from = from;
        this.to = to;
        this.password = password;
    }

    /** Moves the keys that the slot has now, and returns their number. */
    public int moveKeys() throws IOException {
        int moved = 0;
        while (true) {
            List<RespValue> keys =
                    from.ask("CLUSTER", "GETKEYSINSLOT", slot, KEYS_AT_ONCE).items();
            if (keys.isEmpty()) {
                return moved;
            }
            List<Object> command =
                    new ArrayList<>(List.of("MIGRATE", to.server().host(), to.port(), "", 0));
            command.add(TIMEOUT_MILLIS);
            if (!password.isEmpty()) {
                command.addAll(List.of("AUTH", password));
            }
            command.add("KEYS");
            keys.forEach(key -> command.add(key.bytes()));
            from.ask(command.toArray());
            moved += keys.size();
        }
    }

    /** Announces the slot's new master, and waits until all nodes agree. */
    public void finish() throws Exception {
        to.ask("CLUSTER", "SETSLOT", slot, "NODE", to.id());
        for (ClusterNode master : cluster.masters()) {
            if (!master.equals(to)) {
                master.ask("CLUSTER", "SETSLOT", slot, "NODE", to.id());
            }
        }
        cluster.awaitAgreement();
    }
}
