package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.SlowLog;
import java.util.List;

/** SLOWLOG: the commands that took longest to run. */
final class SlowLogCommands {
    private static final int DEFAULT_COUNT = 10;
    private static final String BAD_COUNT = "ERR count should be greater than or equal to -1";

    private SlowLogCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("slowlog -2 LOCAL");
        rows.add("slowlog|get -2 admin,loading,stale LOCAL", SlowLogCommands::get);
        rows.add("slowlog|help 2 loading,stale LOCAL", call -> Subcommands.replyHelp(call, HELP));
        rows.add("slowlog|len 2 admin,loading,stale LOCAL", call -> call.reply.integer(call.shared.slowLog.length()));
        rows.add("slowlog|reset 2 admin,loading,stale LOCAL", SlowLogCommands::reset);
    }

    private static void get(CommandContext call) {
        Subcommands.requireAtMost(call, 3);
        long count = call.count() == 3 ? Decimal.integer(call.request, 2, BAD_COUNT) : DEFAULT_COUNT;
        if (count < -1) {
            throw new CommandException(BAD_COUNT);
        }
        int most = count == -1 ? Integer.MAX_VALUE : (int) Math.min(count, Integer.MAX_VALUE);
        List<SlowLog.Entry> entries = call.shared.slowLog.latest(most);
        call.reply.array(entries.size());
        for (SlowLog.Entry entry : entries) {
            call.reply.array(6);
            call.reply.integer(entry.id());
            call.reply.integer(entry.unixSeconds());
            call.reply.integer(entry.micros());
            call.reply.array(entry.arguments().size());
            entry.arguments().forEach(call.reply::bulk);
            call.reply.bulk(entry.client());
            call.reply.bulk(entry.clientName());
        }
    }

    private static void reset(CommandContext call) {
        call.shared.slowLog.reset();
        call.reply.ok();
    }

    private static final List<String> HELP = List.of(
            "GET [<count>]",
            "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
            "LEN",
            "    Return the length of the slowlog.",
            "RESET",
            "    Reset the slowlog.");
}
