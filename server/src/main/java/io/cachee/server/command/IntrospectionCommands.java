package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandDescription;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandFilter;
import io.cachee.server.engine.CommandFlag;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.KeySpec;
import io.cachee.server.engine.SidecarOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** COMMAND: describes the table of commands to clients. */
final class IntrospectionCommands {
    /** A request has at most this many arguments; each may bring a thousand times its size. */
    private static final int MOST_NAMES = 10_000;

    private IntrospectionCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("command -1 loading,stale @connection FORWARD as=command-table", IntrospectionCommands::table);
        rows.add("command|count 2 loading,stale @connection FORWARD as=command-count", IntrospectionCommands::count);
        rows.add("command|docs -2 loading,stale @connection FORWARD", IntrospectionCommands::documents);
        rows.add(
                "command|getkeys -4 loading,stale @connection FORWARD as=command-keys secret=3",
                IntrospectionCommands::keys);
        rows.add(
                "command|getkeysandflags -4 loading,stale @connection FORWARD as=command-keys secret=3",
                IntrospectionCommands::keysAndFlags);
        rows.add("command|help 2 loading,stale @connection FORWARD", call -> Subcommands.replyHelp(call, HELP));
        rows.add("command|info -2 loading,stale @connection FORWARD as=command-info", IntrospectionCommands::info);
        rows.add("command|list -2 loading,stale @connection FORWARD as=command-names", IntrospectionCommands::list);
    }

    /** The commands that run without an L2. COMMAND INFO and COMMAND DOCS find the others by name. */
    private static List<Command> listed(CommandContext call) {
        return call.shared.table.commands().stream()
                .filter(command -> !command.isSubcommand() && command.runsWithoutL2())
                .toList();
    }

    private static void table(CommandContext call) {
        List<Command> all = listed(call);
        call.reply.array(all.size());
        all.forEach(command -> CommandDescription.write(call.reply, command));
    }

    private static void count(CommandContext call) {
        call.reply.integer(listed(call).size());
    }

    private static void info(CommandContext call) {
        List<@Nullable Command> wanted = named(call);
        call.reply.array(wanted.size());
        wanted.forEach(command -> CommandDescription.write(call.reply, command));
    }

    /** The commands that the arguments name, null for an unknown name; without arguments, all that are listed. */
    private static List<@Nullable Command> named(CommandContext call) {
        if (call.count() == 2) {
            return new ArrayList<>(listed(call));
        }
        if (call.count() > MOST_NAMES) {
            throw new CommandException("ERR at most " + MOST_NAMES + " arguments");
        }
        List<@Nullable Command> wanted = new ArrayList<>();
        for (int i = 2; i < call.count(); i++) {
            wanted.add(call.shared.table.named(call.request.latin(i).toLowerCase(Locale.ROOT)));
        }
        return wanted;
    }

    private static void documents(CommandContext call) {
        List<Command> found = named(call).stream().filter(Objects::nonNull).toList();
        call.reply.map(found.size());
        for (Command command : found) {
            call.reply.bulk(command.name);
            call.reply.map(3);
            call.reply.bulk("summary");
            call.reply.bulk("As in Redis " + SidecarOptions.REDIS_VERSION + ".");
            call.reply.bulk("group");
            call.reply.bulk(command.group.label());
            call.reply.bulk("arity");
            call.reply.integer(command.arity);
        }
    }

    private static void list(CommandContext call) {
        Predicate<Command> wanted = CommandFilter.of(call.request);
        List<String> names = listed(call).stream()
                .flatMap(command -> Stream.concat(Stream.of(command), command.subcommands().stream()))
                .filter(wanted)
                .map(command -> command.name)
                .toList();
        call.reply.array(names.size());
        names.forEach(call.reply::bulk);
    }

    // ---------------------------------------------------------------- GETKEYS

    private static void keys(CommandContext call) {
        Command command = commandOfKeys(call);
        List<byte[]> keys = command.keys(inner(call));
        refuseNoKeys(command, keys);
        call.reply.array(keys.size());
        keys.forEach(call.reply::bulk);
    }

    private static void keysAndFlags(CommandContext call) {
        Command command = commandOfKeys(call);
        Request asked = inner(call);
        List<Integer> places = new ArrayList<>();
        List<KeySpec> specs = new ArrayList<>();
        for (KeySpec spec : command.keySpecs) {
            for (int place : spec.places(asked)) {
                places.add(place);
                specs.add(spec);
            }
        }
        refuseNoKeys(command, places);
        call.reply.array(places.size());
        for (int i = 0; i < places.size(); i++) {
            call.reply.array(2);
            call.reply.bulk(asked.bytes(places.get(i)));
            List<String> flags = specs.get(i).flags();
            call.reply.set(flags.size());
            flags.forEach(call.reply::simple);
        }
    }

    /** The request that follows COMMAND GETKEYS. */
    private static Request inner(CommandContext call) {
        byte[][] arguments = new byte[call.count() - 2][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = call.request.bytes(i + 2);
        }
        return Request.of(arguments);
    }

    private static void refuseNoKeys(Command command, List<?> found) {
        if (found.isEmpty() && !command.flags.contains(CommandFlag.NO_MANDATORY_KEYS)) {
            throw new CommandException("ERR Invalid arguments specified for command");
        }
    }

    /** The command of the request that follows COMMAND GETKEYS. */
    private static Command commandOfKeys(CommandContext call) {
        Command command = call.shared.table.rowOf(call.request, 2);
        if (command == null) {
            throw new CommandException("ERR Invalid command specified");
        }
        if (!command.accepts(call.count() - 2)) {
            throw new CommandException("ERR Invalid number of arguments specified for command");
        }
        if (command.keySpecs.stream().noneMatch(KeySpec::isKey)) {
            throw new CommandException("ERR The command has no key arguments");
        }
        return command;
    }

    private static final List<String> HELP = List.of(
            "(no subcommand)",
            "    Return details about all Redis commands.",
            "COUNT",
            "    Return the total number of commands in this Redis server.",
            "LIST [FILTERBY (MODULE <module-name>|ACLCAT <category>|PATTERN <pattern>)]",
            "    Return a list of all commands in this Redis server.",
            "INFO [<command-name> ...]",
            "    Return details about multiple Redis commands.",
            "DOCS [<command-name> ...]",
            "    Return documentation details about multiple Redis commands.",
            "GETKEYS <full-command>",
            "    Return the keys from a full Redis command.",
            "GETKEYSANDFLAGS <full-command>",
            "    Return the keys and the access flags from a full Redis command.");
}
