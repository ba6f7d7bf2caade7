package io.cachee.server.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects the rows of the table; each family of commands adds its own. {@link CommandRow} explains their text. */
public final class CommandRows {
    private final CommandRowParser parser = new CommandRowParser();
    private final List<CommandRow> rows = new ArrayList<>(400);

    /** A command that the sidecar runs by itself, unless its route says that L2 is to answer. */
    public CommandRows add(String row, Handler handler) {
        rows.add(parser.parse(row, handler, true));
        return this;
    }

    /** A command that L2 alone can run, or one that has subcommands and is nothing without them. */
    public CommandRows add(String row) {
        rows.add(parser.parse(row, CommandRows::needsL2, false));
        return this;
    }

    /** A command that is never sent to L2; the reason completes "'...' is not passed on to L2: ". */
    public CommandRows addRefused(String row, String reason) {
        rows.add(parser.parse(row, call -> refuse(call, reason), false));
        return this;
    }

    public CommandTable table() {
        return new CommandTable(rows);
    }

    private static void needsL2(CommandContext call) {
        throw new CommandException("ERR '" + call.command.firstWord()
                + "' is a command that Cachee does not run itself: it" + " needs a Redis or Valkey behind it (--l2)");
    }

    private static void refuse(CommandContext call, String reason) {
        throw new CommandException("ERR '" + call.command.name.replace('|', ' ').toLowerCase(Locale.ROOT)
                + "' is not passed on to L2: " + reason);
    }
}
