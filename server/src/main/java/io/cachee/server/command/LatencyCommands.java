package io.cachee.server.command;

import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandExecutor;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.LatencyEvents;
import io.cachee.server.engine.SharedState;
import io.cachee.server.metrics.DurationClasses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** LATENCY: what took longer than the threshold, and how long the calls of each command took. */
final class LatencyCommands {
    private LatencyCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("latency -2 LOCAL");
        rows.add("latency|doctor 2 admin,noscript,loading,stale LOCAL", LatencyCommands::doctor);
        rows.add("latency|graph 3 admin,noscript,loading,stale LOCAL", LatencyCommands::graph);
        rows.add("latency|help 2 loading,stale LOCAL", call -> Subcommands.replyHelp(call, HELP));
        rows.add("latency|histogram -2 admin,noscript,loading,stale LOCAL", LatencyCommands::histogram);
        rows.add("latency|history 3 admin,noscript,loading,stale LOCAL", LatencyCommands::history);
        rows.add("latency|latest 2 admin,noscript,loading,stale LOCAL", LatencyCommands::latest);
        rows.add("latency|reset -2 admin,noscript,loading,stale LOCAL", LatencyCommands::reset);
    }

    private static void latest(CommandContext call) {
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

    private static void history(CommandContext call) {
        List<LatencyEvents.Sample> samples = call.shared.latencyEvents.history(call.request.text(2));
        call.reply.array(samples.size());
        for (LatencyEvents.Sample sample : samples) {
            call.reply.array(2);
            call.reply.integer(sample.unixSeconds());
            call.reply.integer(sample.millis());
        }
    }

    private static void reset(CommandContext call) {
        List<String> names = new ArrayList<>();
        for (int i = 2; i < call.count(); i++) {
            names.add(call.request.text(i));
        }
        call.reply.integer(call.shared.latencyEvents.reset(names));
    }

    private static void graph(CommandContext call) {
        throw new CommandException("ERR LATENCY GRAPH is not supported: see LATENCY HISTORY");
    }

    private static void doctor(CommandContext call) {
        call.reply.verbatim(diagnosis(call.shared));
    }

    private static String diagnosis(SharedState shared) {
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

    // ---------------------------------------------------------------- HISTOGRAM

    /** Replies for the named commands, or for all. Leaves out commands that do not exist or were never called. */
    private static void histogram(CommandContext call) {
        Set<Command> wanted = new LinkedHashSet<>();
        if (call.count() == 2) {
            wanted.addAll(call.shared.table.commands());
        }
        for (int i = 2; i < call.count(); i++) {
            Command command = call.shared.table.named(call.request.latin(i).toLowerCase(Locale.ROOT));
            if (command != null) {
                wanted.add(command);
                wanted.addAll(command.subcommands());
            }
        }
        Map<Command, long[]> called = new LinkedHashMap<>();
        for (Command command : wanted) {
            long[] upTo = countsUpTo(call.shared, command);
            if (upTo[DurationClasses.COUNT - 1] > 0) {
                called.put(command, upTo);
            }
        }
        call.reply.map(called.size());
        called.forEach((command, upTo) -> {
            call.reply.bulk(command.name);
            reply(call, upTo);
        });
    }

    /** How many calls fell into each class of durations or a shorter one. */
    private static long[] countsUpTo(SharedState shared, Command command) {
        long[] upTo = new long[DurationClasses.COUNT];
        long sum = 0;
        for (int i = 0; i < upTo.length; i++) {
            for (CommandExecutor executor : shared.statistics.executors()) {
                sum += executor.stats.durations(command.number, i);
            }
            upTo[i] = sum;
        }
        return upTo;
    }

    private static void reply(CommandContext call, long[] upTo) {
        call.reply.map(2);
        call.reply.bulk("calls");
        call.reply.integer(upTo[upTo.length - 1]);
        call.reply.bulk("histogram_usec");
        int steps = 0;
        for (int i = 0; i < upTo.length; i++) {
            steps += isStep(upTo, i) ? 1 : 0;
        }
        call.reply.map(steps);
        for (int i = 0; i < upTo.length; i++) {
            if (isStep(upTo, i)) {
                call.reply.integer(DurationClasses.endMicros(i));
                call.reply.integer(upTo[i]);
            }
        }
    }

    private static boolean isStep(long[] upTo, int at) {
        return upTo[at] > (at == 0 ? 0 : upTo[at - 1]);
    }

    private static final List<String> HELP = List.of(
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
}
