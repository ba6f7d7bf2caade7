package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.store.StoreStats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** MEMORY: where the memory goes. */
final class MemoryCommands {
    /** What an entry takes beyond key and value: its header, its place in the index, its share of the tables. */
    private static final int ENTRY_OVERHEAD_BYTES = 20;

    private MemoryCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("memory -2 LOCAL");
        rows.add("memory|doctor 2 LOCAL", MemoryCommands::doctor);
        rows.add("memory|help 2 loading,stale LOCAL", call -> Subcommands.replyHelp(call, HELP));
        rows.add(
                "memory|malloc-stats 2 LOCAL",
                call -> call.reply.bulk("Stats not supported for the current allocator"));
        rows.add("memory|purge 2 LOCAL", call -> call.reply.ok());
        rows.add("memory|stats 2 LOCAL", MemoryCommands::stats);
        rows.add("memory|usage -3 readonly RO:2 FORWARD", MemoryCommands::usage);
    }

    private static void doctor(CommandContext call) {
        call.reply.verbatim(diagnosis(call.store.stats()));
    }

    private static String diagnosis(StoreStats store) {
        if (store.entries() == 0) {
            return "The cache is empty; there is nothing to say about its memory.";
        }
        if (store.refusedForSpace() > 0) {
            return "The store is full and may not evict: " + store.refusedForSpace()
                    + " writes were refused. Give it more memory, or another eviction policy.";
        }
        if (store.evictions() > 0) {
            return "The store is full (" + InfoText.human(InfoText.usedBytes(store)) + " of "
                    + InfoText.human(store.regionBytes()) + ") and has evicted " + store.evictions()
                    + " entries; that is what it is for. 'cachee report' says whether more memory would help.";
        }
        return "I can't find any memory issue in your instance.";
    }

    private static void stats(CommandContext call) {
        StoreStats store = call.store.stats();
        long entries = store.entries();
        Map<String, Long> fields = new LinkedHashMap<>();
        fields.put("peak.allocated", store.regionBytes());
        fields.put("total.allocated", InfoText.usedBytes(store));
        fields.put("startup.allocated", 0L);
        fields.put("clients.normal", InfoText.unsentBytes(call.shared));
        fields.put("overhead.total", store.indexBytes());
        fields.put("keys.count", entries);
        fields.put("keys.bytes-per-key", entries == 0 ? 0 : store.liveBytes() / entries);
        fields.put("dataset.bytes", store.liveBytes());
        fields.put("dead.bytes", store.deadBytes());
        fields.put("free.bytes", store.freeBytes());
        fields.put("index.bytes", store.indexBytes());
        call.reply.map(fields.size());
        fields.forEach((name, value) -> {
            call.reply.bulk(name);
            call.reply.integer(value);
        });
    }

    private static void usage(CommandContext call) {
        for (int i = 3; i < call.count(); i += 2) {
            boolean isNumbered = call.request.is(i, "SAMPLES") && i + 1 < call.count();
            if (!isNumbered || Decimal.integer(call.request, i + 1) < 0) {
                throw CommandException.syntax();
            }
        }
        if (call.key(2).describe()) {
            call.reply.integer(call.keyLength + call.info.valueLength() + ENTRY_OVERHEAD_BYTES);
        } else {
            call.reply.nothing();
        }
    }

    private static final List<String> HELP = List.of(
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
}
