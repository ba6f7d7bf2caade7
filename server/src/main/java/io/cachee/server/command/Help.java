package io.cachee.server.command;

import java.util.ArrayList;
import java.util.List;

/** HELP of commands with subcommands, and what is said to those that do not exist. */
final class Help {
    private Help() {}

    static void reply(Call call, String command, List<String> lines) {
        List<String> all = new ArrayList<>();
        all.add(command + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        all.addAll(lines);
        all.add("HELP");
        all.add("    Prints this help.");
        call.reply.array(all.size());
        for (String line : all) {
            call.reply.simple(line);
        }
    }

    static CommandException unknown(Call call) {
        return new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                + Refusals.shown(call.request, 1) + "'. Try " + call.command.upperCaseName() + " HELP.");
    }

    /** Refuses a subcommand that was given too many or too few arguments. */
    static void requireCount(Call call, int least, int most) {
        if (call.count() < least || call.count() > most) {
            throw new CommandException("ERR wrong number of arguments for '" + call.command.name + "|"
                    + call.request.text(1).toLowerCase(java.util.Locale.ROOT) + "' command");
        }
    }
}
