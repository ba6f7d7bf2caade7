package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Refusals;
import java.util.ArrayList;
import java.util.List;

/** What the containers, such as CLIENT and CONFIG, share: the reply of HELP and the errors of their subcommands. */
final class Subcommands {
    private Subcommands() {}

    /** Replies to HELP with these lines, and what Redis puts before and behind them. */
    static void replyHelp(CommandContext call, List<String> lines) {
        List<String> all = new ArrayList<>();
        all.add(call.command.upperCaseName() + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        all.addAll(lines);
        all.add("HELP");
        all.add("    Prints this help.");
        call.reply.array(all.size());
        for (String line : all) {
            call.reply.simple(line);
        }
    }

    /** Redis's error for a known subcommand whose arguments its own code refuses. */
    static CommandException unknown(CommandContext call) {
        return new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                + Refusals.shown(call.request, 1) + "'. Try " + call.command.upperCaseName() + " HELP.");
    }

    /** Refuses a request of more than {@code most} arguments, those of the name included. */
    static void requireAtMost(CommandContext call, int most) {
        if (call.count() > most) {
            throw unknown(call);
        }
    }
}
