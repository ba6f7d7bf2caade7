package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** CLUSTER. It needs an L2 in cluster mode. */
final class ClusterCommands {
    private ClusterCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("cluster -2 FORWARD");
        rows.add("cluster|addslots -3 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|addslotsrange -4 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|bumpepoch 2 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|count-failure-reports 3 admin,stale FORWARD");
        rows.add("cluster|countkeysinslot 3 stale FORWARD");
        rows.add("cluster|delslots -3 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|delslotsrange -4 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|failover -2 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|flushslots 2 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|forget 3 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|getkeysinslot 4 stale FORWARD");
        rows.add("cluster|help 2 loading,stale FORWARD");
        rows.add("cluster|info 2 stale FORWARD");
        rows.add("cluster|keyslot 3 stale FORWARD");
        rows.add("cluster|links 2 stale FORWARD");
        rows.add("cluster|meet -4 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|myid 2 stale FORWARD");
        rows.add("cluster|myshardid 2 stale FORWARD");
        rows.add("cluster|nodes 2 stale FORWARD");
        rows.add("cluster|replicas 3 admin,stale FORWARD");
        rows.add("cluster|replicate 3 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|reset -2 admin,noscript,stale OWN_CONNECTION l2-admin");
        rows.add("cluster|saveconfig 2 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|set-config-epoch 3 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|setslot -4 admin,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("cluster|shards 2 stale FORWARD");
        rows.add("cluster|slaves 3 admin,stale FORWARD");
        rows.add("cluster|slots 2 stale FORWARD");
    }
}
