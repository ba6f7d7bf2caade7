package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.KeyspaceEvent;
import io.cachee.store.PutMode;
import io.cachee.store.Store;

/** DUMP and RESTORE: values in the format of Redis's RDB files. */
final class DumpCommands {
    private DumpCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("dump 2 readonly @keyspace ROa:1 FORWARD", DumpCommands::dump);
        rows.add("restore -4 write,denyoom @dangerous @keyspace OWu:1 FORWARD exclusive", DumpCommands::restore);
        rows.add("restore-asking -4 write,denyoom,asking @dangerous @keyspace OWu:1 OWN_CONNECTION");
    }

    private static void dump(CommandContext call) {
        byte[] value = call.key(1).value();
        call.reply.bulkOrNull(value == null ? null : DumpPayload.dump(value));
    }

    private static void restore(CommandContext call) {
        boolean replace = false;
        boolean moment = false;
        boolean idle = false;
        boolean frequency = false;
        for (int i = 4; i < call.count(); i++) {
            if (call.request.is(i, "REPLACE")) {
                replace = true;
            } else if (call.request.is(i, "ABSTTL")) {
                moment = true;
            } else if (call.request.is(i, "IDLETIME") && i + 1 < call.count() && !frequency) {
                idle = true;
                check(Decimal.integer(call.request, ++i), Long.MAX_VALUE, "IDLETIME value, must be >= 0");
            } else if (call.request.is(i, "FREQ") && i + 1 < call.count() && !idle) {
                frequency = true;
                check(Decimal.integer(call.request, ++i), 255, "FREQ value, must be >= 0 and <= 255");
            } else {
                throw CommandException.syntax();
            }
        }
        if (call.key(1).describe() && !replace) {
            throw new CommandException("BUSYKEY Target key name already exists.");
        }
        long given = Decimal.integer(call.request, 2);
        check(given, Long.MAX_VALUE, "TTL value, must be >= 0");
        byte[] value = DumpPayload.restore(call.request.bytes(3), call.store.maxValueSize());
        call.checkValueSize(value.length);
        long ttl = given == 0 ? Store.NO_TTL : ExpireTime.signed(given, false, moment, "restore");
        if (ttl != Store.NO_TTL && ttl <= 0) {
            if (call.delete()) {
                call.changed(KeyspaceEvent.DEL);
            }
        } else {
            call.put(value, ttl, PutMode.ALWAYS);
            call.changed(KeyspaceEvent.RESTORE);
        }
        call.reply.ok();
    }

    private static void check(long value, long most, String what) {
        if (value < 0 || value > most) {
            throw new CommandException("ERR Invalid " + what);
        }
    }
}
