package io.cachee.server.command;

import static io.cachee.server.command.Flag.ADMIN;
import static io.cachee.server.command.Flag.LOADING;
import static io.cachee.server.command.Flag.NOSCRIPT;
import static io.cachee.server.command.Flag.NO_MULTI;
import static io.cachee.server.command.Flag.STALE;

import java.util.ArrayList;
import java.util.List;

/** What is slow, what is hot, and everything as it passes by. */
final class DiagnosticCommands {
    private static final int MOST_HOT_KEYS = 128;

    private DiagnosticCommands() {}

    static List<Command.Builder> rows() {
        return List.of(
                Command.named("slowlog", -2, DiagnosticCommands::slowLog)
                        .flags(ADMIN, LOADING, STALE)
                        .subcommand("get", -2)
                        .subcommand("help", 2)
                        .subcommand("len", 2)
                        .subcommand("reset", 2),
                Command.named("latency", -2, DiagnosticCommands::latency)
                        .flags(ADMIN, NOSCRIPT, LOADING, STALE)
                        .subcommand("doctor", 2)
                        .subcommand("help", 2)
                        .subcommand("histogram", -2)
                        .subcommand("history", 3)
                        .subcommand("latest", 2)
                        .subcommand("reset", -2),
                Command.named("monitor", 1, DiagnosticCommands::monitor)
                        .flags(ADMIN, NOSCRIPT, LOADING, STALE, NO_MULTI),
                Command.named("hotkeys", -1, DiagnosticCommands::hotKeys).flags(ADMIN, LOADING, STALE));
    }

    private static void slowLog(Call call) {
        SlowLog log = call.instance.slowLog;
        if (call.request.is(1, "GET") && call.count() <= 3) {
            long count = call.count() == 3 ? Decimal.integer(call.request, 2) : 10;
            if (count < -1) {
                throw new CommandException("ERR count should be greater than or equal to -1");
            }
            List<SlowLog.Entry> entries = log.latest(count == -1 ? Integer.MAX_VALUE : (int) Math.min(count, 1 << 20));
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
        } else if (call.request.is(1, "LEN") && call.count() == 2) {
            call.reply.integer(log.length());
        } else if (call.request.is(1, "RESET") && call.count() == 2) {
            log.reset();
            call.reply.ok();
        } else if (call.request.is(1, "HELP")) {
            Help.reply(
                    call,
                    "SLOWLOG",
                    List.of(
                            "GET [<count>]",
                            "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
                            "LEN",
                            "    Return the length of the slowlog.",
                            "RESET",
                            "    Reset the slowlog."));
        } else {
            throw Help.unknown(call);
        }
    }

    private static void latency(Call call) {
        LatencyEvents events = call.instance.latencyEvents;
        if (call.request.is(1, "LATEST") && call.count() == 2) {
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
        } else if (call.request.is(1, "HISTORY") && call.count() == 3) {
            List<LatencyEvents.Sample> history = events.history(call.request.text(2));
            call.reply.array(history.size());
            for (LatencyEvents.Sample sample : history) {
                call.reply.array(2);
                call.reply.integer(sample.unixSeconds());
                call.reply.integer(sample.millis());
            }
        } else if (call.request.is(1, "RESET")) {
            List<String> names = new ArrayList<>();
            for (int i = 2; i < call.count(); i++) {
                names.add(call.request.text(i));
            }
            call.reply.integer(events.reset(names));
        } else if (call.request.is(1, "HISTOGRAM")) {
            LatencyReport.reply(call);
        } else if (call.request.is(1, "DOCTOR") && call.count() == 2) {
            call.reply.verbatim(doctor(call.instance));
        } else if (call.request.is(1, "HELP")) {
            Help.reply(
                    call,
                    "LATENCY",
                    List.of(
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
                            "    If no commands are specified then all histograms are replied."));
        } else {
            throw Help.unknown(call);
        }
    }

    private static String doctor(Instance instance) {
        if (instance.tunables.latencyThresholdMillis == 0) {
            return "Latency monitoring is off. Turn it on by CONFIG SET latency-monitor-threshold <milliseconds>.";
        }
        StringBuilder text = new StringBuilder();
        for (String event : instance.latencyEvents.events()) {
            List<LatencyEvents.Sample> history = instance.latencyEvents.history(event);
            text.append(event)
                    .append(": ")
                    .append(history.size())
                    .append(" times over the threshold lately, the worst took ")
                    .append(instance.latencyEvents.worstMillis(event))
                    .append(" ms.\n");
        }
        return text.isEmpty() ? "Nothing took longer than the threshold." : text.toString();
    }

    private static void monitor(Call call) {
        call.instance.monitors.add(call.session);
        call.reply.ok();
    }

    private static void hotKeys(Call call) {
        int count = 10;
        for (int i = 1; i < call.count(); i++) {
            if (call.request.is(i, "COUNT") && i + 1 < call.count()) {
                count = Decimal.integer(call.request, ++i, 1, MOST_HOT_KEYS);
            } else {
                throw CommandException.syntax();
            }
        }
        call.reply.map(2);
        reply(call, "reads", call.instance.hottest(false, count), call.instance.counted(false));
        reply(call, "bytes", call.instance.hottest(true, count), call.instance.counted(true));
    }

    /** Each with its count, and the share of all that it is, in thousandths. */
    private static void reply(Call call, String kind, List<HotKeys.Entry> entries, long all) {
        call.reply.bulk(kind);
        call.reply.array(entries.size());
        for (HotKeys.Entry entry : entries) {
            call.reply.array(3);
            call.reply.bulk(call.instance.databases.nameOf(entry.key().value()));
            call.reply.integer(entry.count());
            call.reply.integer(all == 0 ? 0 : Math.min(1_000, entry.count() * 1_000 / all));
        }
    }
}
