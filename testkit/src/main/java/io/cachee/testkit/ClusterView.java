package io.cachee.testkit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One node's view of the cluster: its reply to CLUSTER NODES, a row for each node.
 *
 * @param rows by the nodes' names
 */
record ClusterView(Map<String, Row> rows) {
    /**
     * @param port the port that it announces to clients
     * @param flags such as myself, master, slave, fail?, fail, handshake
     * @param primary the master that it copies; {@code -} for a master
     * @param slots the slots that it serves
     */
    record Row(int port, Set<String> flags, String primary, BitSet slots) {
        boolean isMaster() {
            return flags.contains("master");
        }

        boolean isHealthy() {
            return flags.stream().noneMatch(Set.of("fail?", "fail", "handshake", "noaddr")::contains);
        }
    }

    static ClusterView parse(String text) {
        Map<String, Row> rows = new TreeMap<>();
        for (String line : text.lines().toList()) {
            List<String> words = List.of(line.split(" ", -1));
            BitSet slots = new BitSet(HashSlot.COUNT);
            for (String range : words.subList(8, words.size())) {
                // Slots in brackets are being moved.
                if (!range.isEmpty() && !range.startsWith("[")) {
                    int dash = range.indexOf('-');
                    int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                    int last = Integer.parseInt(range.substring(dash + 1));
                    slots.set(first, last + 1);
                }
            }
            // host:port@port of the bus, and a name after a comma from 7.0 on
            String address = words.get(1);
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1, address.indexOf('@')));
            rows.put(words.getFirst(), new Row(port, Set.of(words.get(2).split(",", -1)), words.get(3), slots));
        }
        return new ClusterView(rows);
    }

    /** The node that serves the slot; null if none does. */
    @Nullable
    String ownerOf(int slot) {
        for (Map.Entry<String, Row> row : rows.entrySet()) {
            if (row.getValue().slots.get(slot)) {
                return row.getKey();
            }
        }
        return null;
    }

    boolean finds(Set<String> ids) {
        return ids.stream().allMatch(id -> {
            Row row = rows.get(id);
            return row != null && row.isHealthy();
        });
    }

    /** The roles of these nodes; two nodes agree if their roles are equal. */
    List<String> rolesOf(Set<String> ids) {
        List<String> roles = new ArrayList<>();
        rows.forEach((id, row) -> {
            if (ids.contains(id)) {
                roles.add(id + (row.isMaster() ? " owns " + row.slots : " copies " + row.primary));
            }
        });
        return roles;
    }
}
