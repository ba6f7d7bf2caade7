package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Refusals;
import java.util.ArrayList;
import java.util.List;

/** What commands with subcommands have in common. */
final class Help {
    private Help() {}

    /** Replies with the help of the command whose subcommand HELP is running. */
    static void reply(CommandContext call, List<String> lines) {
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

    /** What Redis says of a subcommand that exists and cannot be called like that. */
    static CommandException unknown(CommandContext call) {
        return new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                + Refusals.shown(call.request, 1) + "'. Try " + call.command.upperCaseName() + " HELP.");
    }

    /** Refuses more arguments than a subcommand takes. */
    static void requireAtMost(CommandContext call, int most) {
        if (call.count() > most) {
            throw call.wrongArity();
        }
    }
}
