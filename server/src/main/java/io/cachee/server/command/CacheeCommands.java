package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.HotKeys;
import io.cachee.server.engine.KeyFacts;
import java.util.List;

/** Commands that Redis does not have. Leases and purges work with an L2 only; {@code proxy} runs them then. */
final class CacheeCommands {
    private static final int DEFAULT_HOT_KEYS = 10;
    private static final int MOST_HOT_KEYS = 128;

    private CacheeCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("hotkeys -1 admin,loading,stale LOCAL ours", CacheeCommands::hotKeys);
        rows.add("cachee.explain 2 readonly @keyspace ROa:1 LOCAL as=explains ours", CacheeCommands::explain);

        rows.add("cachee.lease -2 write @string RWaui:1 FORWARD as=leases ours", call -> refuse("leases are kept"));
        rows.add("cachee.fill -4 write @string RWaui:1 FORWARD as=fills ours", call -> refuse("leases are kept"));
        rows.add("cachee.release 3 write @string RWad:1 FORWARD as=releases ours", call -> refuse("leases are kept"));
        rows.add("cachee.purge 2 write @keyspace @dangerous FORWARD as=purges ours", call -> refuse("keys are purged"));
    }

    private static void explain(CommandContext call) {
        List<String> lines = KeyFacts.ofStore(call.key(1)).lines();
        call.reply.array(lines.size());
        lines.forEach(call.reply::bulk);
    }

    private static void hotKeys(CommandContext call) {
        int count = DEFAULT_HOT_KEYS;
        for (int i = 1; i < call.count(); i++) {
            if (call.request.is(i, "COUNT") && i + 1 < call.count()) {
                count = Decimal.integer(call.request, ++i, 1, MOST_HOT_KEYS);
            } else {
                throw CommandException.syntax();
            }
        }
        call.reply.map(2);
        reply(call, "reads", call.shared.statistics.hottest(false, count), call.shared.statistics.counted(false));
        reply(call, "bytes", call.shared.statistics.hottest(true, count), call.shared.statistics.counted(true));
    }

    /** Each key with its count and its share of all, in thousandths. */
    private static void reply(CommandContext call, String kind, List<HotKeys.Entry> entries, long all) {
        call.reply.bulk(kind);
        call.reply.array(entries.size());
        for (HotKeys.Entry entry : entries) {
            call.reply.array(3);
            call.reply.bulk(call.shared.databases.nameOf(entry.key().value()));
            call.reply.integer(entry.count());
            call.reply.integer(all == 0 ? 0 : Math.min(1_000, entry.count() * 1_000 / all));
        }
    }

    private static void refuse(String what) {
        throw new CommandException("ERR " + what + " in L2, and there is none (--l2)");
    }
}
