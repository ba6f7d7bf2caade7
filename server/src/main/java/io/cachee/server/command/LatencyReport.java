package io.cachee.server.command;

import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandExecutor;
import io.cachee.server.engine.SharedState;
import io.cachee.server.metrics.DurationClasses;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** LATENCY HISTOGRAM: how long the calls of each command took. */
final class LatencyReport {
    private LatencyReport() {}

    /** Of the commands named, or of all; what was never called, or is no command, is left out. */
    static void reply(CommandContext call) {
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

    /** For each class, how many calls belong to it or to one before. */
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
}
