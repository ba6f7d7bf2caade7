package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** Replication: WAIT, and what would turn a connection or L2 itself into a replica. */
final class ReplicationCommands {
    private ReplicationCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("replicaof 3 admin,noscript,stale,no_async_loading OWN_CONNECTION");
        rows.add("slaveof 3 admin,noscript,stale,no_async_loading OWN_CONNECTION");
        rows.add("failover -1 admin,noscript,stale OWN_CONNECTION");
        rows.add("wait 3 noscript @connection OWN_CONNECTION", ServerCommands::waitForReplicas);
        rows.add("waitaof 4 noscript @connection OWN_CONNECTION");
        rows.addRefused(
                "sync 1 admin,noscript,no_multi,no_async_loading REFUSED",
                "it would turn the connection that clients share into a replica's");
        rows.addRefused(
                "psync -3 admin,noscript,no_multi,no_async_loading REFUSED",
                "it would turn the connection that clients share into a replica's");
        rows.addRefused(
                "replconf -1 admin,noscript,loading,stale,allow_busy REFUSED",
                "it would turn the connection that clients share into a replica's");
    }
}
