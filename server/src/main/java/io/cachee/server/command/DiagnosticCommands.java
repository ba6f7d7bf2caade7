package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.HotKeys;
import io.cachee.server.engine.LatencyEvents;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SlowLog;
import java.util.ArrayList;
import java.util.List;

/** What is slow, what is hot, and everything as it passes by. */
final class DiagnosticCommands {
    private static final int MOST_HOT_KEYS = 128;

    private DiagnosticCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("slowlog -2 LOCAL");
        rows.add("slowlog|get -2 admin,loading,stale LOCAL", DiagnosticCommands::slowLog);
        rows.add("slowlog|help 2 loading,stale LOCAL", call -> Help.reply(call, SLOWLOG_HELP));
        rows.add("slowlog|len 2 admin,loading,stale LOCAL", call -> call.reply.integer(call.shared.slowLog.length()));
        rows.add("slowlog|reset 2 admin,loading,stale LOCAL", DiagnosticCommands::resetSlowLog);
        rows.add("latency -2 LOCAL");
        rows.add(
                "latency|doctor 2 admin,noscript,loading,stale LOCAL",
                call -> call.reply.verbatim(doctor(call.shared)));
        rows.add("latency|graph 3 admin,noscript,loading,stale LOCAL");
        rows.add("latency|help 2 loading,stale LOCAL", call -> Help.reply(call, LATENCY_HELP));
        rows.add("latency|histogram -2 admin,noscript,loading,stale LOCAL", LatencyReport::reply);
        rows.add("latency|history 3 admin,noscript,loading,stale LOCAL", DiagnosticCommands::latencyHistory);
        rows.add("latency|latest 2 admin,noscript,loading,stale LOCAL", DiagnosticCommands::latestLatencies);
        rows.add("latency|reset -2 admin,noscript,loading,stale LOCAL", DiagnosticCommands::resetLatencies);
        rows.add("monitor 1 admin,noscript,loading,stale,no_multi OWN_CONNECTION as=monitors", DiagnosticCommands::monitor);
        rows.add("hotkeys -1 admin,loading,stale LOCAL ours", DiagnosticCommands::hotKeys);
    }

    private static void slowLog(CommandContext call) {
        if (call.count() > 3) {
            throw Help.unknown(call);
        }
        long count = call.count() == 3 ? Decimal.integer(call.request, 2) : 10;
        if (count < -1) {
            throw new CommandException("ERR count should be greater than or equal to -1");
        }
        int most = count == -1 ? Integer.MAX_VALUE : (int) Math.min(count, 1 << 20);
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

    private static void resetSlowLog(CommandContext call) {
        call.shared.slowLog.reset();
        call.reply.ok();
    }

    private static final List<String> SLOWLOG_HELP = List.of(
            "GET [<count>]",
            "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
            "LEN",
            "    Return the length of the slowlog.",
            "RESET",
            "    Reset the slowlog.");

    private static void latestLatencies(CommandContext call) {
        LatencyEvents events = call.shared.latencyEvents;
        List<String> names = events.events();
        call.reply.array(names.size());
        for (String name : names) {
            LatencyEvents.Sample last = events.history(name).getLast();
            call.reply.array(4);
            call.reply.bulk(name);
            call.reply.integer(last.unixSeconds());
            call.reply.integer(last.millis());
            call.reply.integer(events.worstMillis(name));
        }
    }

    private static void latencyHistory(CommandContext call) {
        List<LatencyEvents.Sample> history = call.shared.latencyEvents.history(call.request.text(2));
        call.reply.array(history.size());
        for (LatencyEvents.Sample sample : history) {
            call.reply.array(2);
            call.reply.integer(sample.unixSeconds());
            call.reply.integer(sample.millis());
        }
    }

    private static void resetLatencies(CommandContext call) {
        List<String> names = new ArrayList<>();
        for (int i = 2; i < call.count(); i++) {
            names.add(call.request.text(i));
        }
        call.reply.integer(call.shared.latencyEvents.reset(names));
    }

    private static final List<String> LATENCY_HELP = List.of(
            "DOCTOR",
            "    Return a human readable latency analysis report.",
            "HISTORY <event>",
            "    Return time-latency samples for the <event> class.",
            "LATEST",
            "    Return the latest latency samples for all events.",
            "RESET [<event> ...]",
            "    Reset latency data of one or more <event> classes.",
            "    (default: reset all data for all event classes)",
            "HISTOGRAM [COMMAND ...]",
            "    Return a cumulative distribution of latencies in the format of a histogram for the"
                    + " specified command names.",
            "    If no commands are specified then all histograms are replied.");

    private static String doctor(SharedState shared) {
        if (shared.tunables.latencyThresholdMillis() == 0) {
            return "Latency monitoring is off. Turn it on by CONFIG SET latency-monitor-threshold <milliseconds>.";
        }
        StringBuilder text = new StringBuilder();
        for (String event : shared.latencyEvents.events()) {
            List<LatencyEvents.Sample> history = shared.latencyEvents.history(event);
            text.append(event)
                    .append(": ")
                    .append(history.size())
                    .append(" times over the threshold lately, the worst took ")
                    .append(shared.latencyEvents.worstMillis(event))
                    .append(" ms.\n");
        }
        return text.isEmpty() ? "Nothing took longer than the threshold." : text.toString();
    }

    private static void monitor(CommandContext call) {
        call.shared.monitors.add(call.session);
        call.reply.ok();
    }

    private static void hotKeys(CommandContext call) {
        int count = 10;
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

    /** Each with its count, and the share of all that it is, in thousandths. */
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
}
