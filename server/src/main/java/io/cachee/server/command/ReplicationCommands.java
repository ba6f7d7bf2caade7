package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;

/** ROLE, WAIT and the commands that make a server or a connection a replica. */
final class ReplicationCommands {
    private static final String TAKES_CONNECTION = "it would turn the connection that clients share into a replica's";

    private ReplicationCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("role 1 noscript,loading,stale,fast @admin @dangerous LOCAL", ReplicationCommands::role);
        rows.add("wait 3 noscript @connection OWN_CONNECTION", ReplicationCommands::waitForReplicas);
        rows.add("waitaof 4 noscript @connection OWN_CONNECTION");

        rows.add("replicaof 3 admin,noscript,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("slaveof 3 admin,noscript,stale,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("failover -1 admin,noscript,stale OWN_CONNECTION l2-admin");

        rows.addRefused("sync 1 admin,noscript,no_multi,no_async_loading REFUSED", TAKES_CONNECTION);
        rows.addRefused("psync -3 admin,noscript,no_multi,no_async_loading REFUSED", TAKES_CONNECTION);
        rows.addRefused("replconf -1 admin,noscript,loading,stale,allow_busy REFUSED", TAKES_CONNECTION);
    }

    private static void role(CommandContext call) {
        call.reply.array(3);
        call.reply.bulk("master");
        call.reply.integer(0);
        call.reply.array(0);
    }

    private static void waitForReplicas(CommandContext call) {
        Decimal.integer(call.request, 1);
        if (Decimal.integer(call.request, 2, "ERR timeout is not an integer or out of range") < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        // There are no replicas.
        call.reply.integer(0);
    }
}
