package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;

/** FLUSHALL, FLUSHDB, SWAPDB and DBSIZE: databases as a whole. SELECT is in {@link ConnectionCommands}. */
final class DatabaseCommands {
    private DatabaseCommands() {}

    static void addTo(CommandRows rows) {
        rows.add(
                "flushall -1 write @dangerous @keyspace FORWARD as=flushes exclusive changes-all",
                DatabaseCommands::flushAll);
        rows.add(
                "flushdb -1 write @dangerous @keyspace FORWARD as=flushes exclusive changes-all",
                DatabaseCommands::flushDatabase);
        rows.add("swapdb 3 write,fast @dangerous @keyspace FORWARD exclusive changes-all", DatabaseCommands::swap);
        rows.add(
                "dbsize 1 readonly,fast @keyspace FORWARD",
                call -> call.reply.integer(call.shared.databases.keys(call.session.database, call.store)));
    }

    private static void flushAll(CommandContext call) {
        call.checkFlush();
        call.store.clear();
        cleared(call);
    }

    private static void cleared(CommandContext call) {
        call.shared.tracking.cleared();
        call.reply.ok();
    }

    private static void flushDatabase(CommandContext call) {
        call.checkFlush();
        if (!call.shared.databases.severalUsed() && call.session.database == 0) {
            call.store.clear();
        } else {
            for (byte[] key : ScanCommands.all(call)) {
                call.key(key).delete();
            }
        }
        cleared(call);
    }

    private static void swap(CommandContext call) {
        int one = database(call, 1, "first");
        int other = database(call, 2, "second");
        if (one != other) {
            call.shared.databases.swap(one, other);
            call.shared.tracking.cleared();
        }
        call.reply.ok();
    }

    private static int database(CommandContext call, int argument, String which) {
        Decimal.integer(call.request, argument, "ERR invalid " + which + " DB index");
        return call.database(argument);
    }
}
