package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The cache as a whole. */
final class ServerCommands {
    private ServerCommands() {}

    static void addTo(CommandRows rows) {
        rows.add(
                "flushall -1 write @dangerous @keyspace FORWARD as=flushes exclusive changes-all",
                ServerCommands::flushAll);
        rows.add(
                "flushdb -1 write @dangerous @keyspace FORWARD as=flushes exclusive changes-all",
                ServerCommands::flushDatabase);
        rows.add("swapdb 3 write,fast @dangerous @keyspace FORWARD exclusive changes-all", ServerCommands::swap);
        rows.add("info -1 loading,stale @dangerous LOCAL", ServerCommands::info);
        rows.add("memory -2 LOCAL");
        rows.add("memory|doctor 2 LOCAL", call -> call.reply.verbatim(new InfoText(call.shared).memoryDoctor()));
        rows.add("memory|help 2 loading,stale LOCAL", call -> Help.reply(call, MEMORY_HELP));
        rows.add(
                "memory|malloc-stats 2 LOCAL",
                call -> call.reply.bulk("Stats not supported for the current allocator"));
        rows.add("memory|purge 2 LOCAL", call -> call.reply.ok());
        rows.add("memory|stats 2 LOCAL", call -> new InfoText(call.shared).memoryStats(call.reply));
        rows.add("memory|usage -3 readonly RO:2 LOCAL", ServerCommands::memoryUsage);
        rows.add("time 1 loading,stale,fast LOCAL any-time in-transaction", ServerCommands::time);
        rows.add(
                "lastsave 1 loading,stale,fast @admin @dangerous LOCAL",
                call -> call.reply.integer(call.shared.startedMillis / 1_000));
        rows.add("role 1 noscript,loading,stale,fast @admin @dangerous LOCAL", ServerCommands::role);
        rows.add("shutdown -1 admin,noscript,loading,stale,no_multi,allow_busy LOCAL", ServerCommands::shutdown);
        rows.add("post -1 loading,stale,no_auth LOCAL", ServerCommands::attack);
        rows.add("host: -1 loading,stale,no_auth LOCAL", ServerCommands::attack);
        rows.add("lolwut -1 readonly,fast FORWARD");
        rows.add("debug -2 admin,noscript,loading,stale OWN_CONNECTION");
        rows.add("save 1 admin,noscript,no_multi,no_async_loading OWN_CONNECTION");
        rows.add("bgsave -1 admin,noscript,no_async_loading OWN_CONNECTION");
        rows.add("bgrewriteaof 1 admin,noscript,no_async_loading OWN_CONNECTION");
        rows.add("module -2 OWN_CONNECTION");
        rows.add("module|help 2 loading,stale OWN_CONNECTION");
        rows.add("module|list 2 admin,noscript OWN_CONNECTION");
        rows.add("module|load -3 admin,noscript,no_async_loading OWN_CONNECTION");
        rows.add("module|loadex -3 admin,noscript,no_async_loading OWN_CONNECTION");
        rows.add("module|unload 3 admin,noscript,no_async_loading OWN_CONNECTION");
    }

    // ---------------------------------------------------------------- flushing

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

    // ---------------------------------------------------------------- telling

    private static void info(CommandContext call) {
        List<String> sections = new ArrayList<>();
        for (int i = 1; i < call.count(); i++) {
            sections.add(call.request.text(i).toLowerCase(Locale.ROOT));
        }
        call.reply.verbatim(new InfoText(call.shared).sections(sections));
    }

    private static void time(CommandContext call) {
        java.time.Instant now = java.time.Instant.now();
        call.reply.array(2);
        call.reply.bulk(now.getEpochSecond());
        call.reply.bulk(now.getNano() / 1_000);
    }

    static void waitForReplicas(CommandContext call) {
        Decimal.integer(call.request, 1);
        if (Decimal.integer(call.request, 2, "ERR timeout is not an integer or out of range") < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        // There are no replicas to wait for.
        call.reply.integer(0);
    }

    private static void role(CommandContext call) {
        call.reply.array(3);
        call.reply.bulk("master");
        call.reply.integer(0);
        call.reply.array(0);
    }

    private static void memoryUsage(CommandContext call) {
        if (call.count() != 3 && !(call.count() == 5 && call.request.is(3, "SAMPLES"))) {
            throw CommandException.syntax();
        }
        if (call.key(2).describe()) {
            call.reply.integer(call.keyLength + call.info.valueLength() + InfoText.ENTRY_OVERHEAD_BYTES);
        } else {
            call.reply.nothing();
        }
    }

    private static final List<String> MEMORY_HELP = List.of(
            "DOCTOR",
            "    Return memory problems reports.",
            "MALLOC-STATS",
            "    Return internal statistics report from the memory allocator.",
            "PURGE",
            "    Attempt to purge dirty pages for reclamation by the allocator.",
            "STATS",
            "    Return information about the memory usage of the server.",
            "USAGE <key> [SAMPLES <count>]",
            "    Return memory in bytes used by <key> and its value.");

    // ---------------------------------------------------------------- ending

    private static void shutdown(CommandContext call) {
        Runnable end = call.shared.onShutdown();
        if (end == null) {
            throw new CommandException("ERR Errors trying to SHUTDOWN. Check logs.");
        }
        call.session.finish();
        end.run();
    }

    /** An HTTP request that a browser was tricked into sending here. */
    private static void attack(CommandContext call) {
        call.shared.log(
                "possible attack: an HTTP request from " + call.session.link.remoteAddress()
                        + " at the port for RESP; closed",
                null);
        call.shared.counters.protocolErrors.increment();
        call.session.finish();
    }
}
