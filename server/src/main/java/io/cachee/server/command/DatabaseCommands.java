package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.FlushPermission;

/** FLUSHALL, FLUSHDB, SWAPDB and DBSIZE: databases as a whole. SELECT is in {@link ConnectionCommands}. */
final class DatabaseCommands {
    /** Emptying the store takes about as long as copying values of this size. */
    private static final long CLEAR_CHARGE_BYTES = 1 << 20;

    private DatabaseCommands() {}

    static void addTo(CommandRows rows) {
        rows.add(
                "flushall -1 write @dangerous @keyspace FORWARD as=flushes exclusive changes-all",
                DatabaseCommands::flushAll);
        rows.add(
                "flushdb -1 write @dangerous @keyspace FORWARD as=flushes changes-all",
                DatabaseCommands::flushDatabase);
        rows.add("swapdb 3 write,fast @dangerous @keyspace FORWARD exclusive changes-all", DatabaseCommands::swap);
        rows.add("dbsize 1 readonly,fast @keyspace FORWARD", DatabaseCommands::size);
    }

    private static void flushAll(CommandContext call) {
        FlushPermission.check(call);
        clear(call);
    }

    private static void clear(CommandContext call) {
        call.charge(CLEAR_CHARGE_BYTES);
        call.store.clear();
        cleared(call);
    }

    private static void cleared(CommandContext call) {
        call.shared.tracking.cleared();
        call.reply.ok();
    }

    private static void flushDatabase(CommandContext call) {
        FlushPermission.check(call);
        if (!call.shared.databases.severalUsed() && call.session.database == 0) {
            call.executor.alone(() -> clear(call));
            return;
        }
        call.executor.checkAlone(call.command, call.store.size() / KeyWalk.ENTRIES_PER_PART);
        KeyWalk walk = new KeyWalk(KeyWalk.EVERYTHING);
        call.inSlices(later -> {
            boolean isEnd = walk.part(later, name -> later.key(name).delete());
            if (isEnd) {
                cleared(later);
            }
            return isEnd;
        });
    }

    /** Counts the keys, unless there is only one database: the store knows the number of all entries. */
    private static void size(CommandContext call) {
        if (!call.shared.databases.severalUsed()) {
            call.reply.integer(call.session.database == 0 ? call.store.size() : 0);
            return;
        }
        KeyWalk walk = new KeyWalk(KeyWalk.EVERYTHING);
        long[] count = new long[1];
        call.inSlices(later -> {
            boolean isEnd = walk.part(later, _ -> count[0]++);
            if (isEnd) {
                later.reply.integer(count[0]);
            }
            return isEnd;
        });
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
