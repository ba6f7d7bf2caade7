package io.cachee.server.command;

import static io.cachee.server.command.Flag.LOADING;
import static io.cachee.server.command.Flag.STALE;

import io.cachee.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** COMMAND: the table of commands, told to clients. */
final class CommandCommands {
    private CommandCommands() {}

    static List<Command.Builder> rows() {
        return List.of(Command.named("command", -1, CommandCommands::command)
                .flags(LOADING, STALE)
                .in("connection")
                .subcommand("count", 2)
                .subcommand("docs", -2)
                .subcommand("getkeys", -4)
                .subcommand("help", 2)
                .subcommand("info", -2)
                .subcommand("list", -2));
    }

    private static void command(Call call) {
        List<Command> all = call.instance.table.commands();
        if (call.count() == 1) {
            call.reply.array(all.size());
            all.forEach(c -> describe(call.reply, c));
        } else if (call.request.is(1, "COUNT")) {
            Help.requireCount(call, 2, 2);
            call.reply.integer(all.size());
        } else if (call.request.is(1, "INFO")) {
            List<@Nullable Command> wanted = named(call);
            call.reply.array(wanted.size());
            wanted.forEach(c -> describe(call.reply, c));
        } else if (call.request.is(1, "DOCS")) {
            documents(call);
        } else if (call.request.is(1, "LIST")) {
            list(call);
        } else if (call.request.is(1, "GETKEYS")) {
            keys(call);
        } else if (call.request.is(1, "HELP")) {
            Help.reply(call, "COMMAND", HELP);
        } else {
            throw Help.unknown(call);
        }
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
            "    Return the keys from a full Redis command.");

    private static List<@Nullable Command> named(Call call) {
        List<@Nullable Command> wanted = new ArrayList<>();
        if (call.count() == 2) {
            wanted.addAll(call.instance.table.commands());
        }
        for (int i = 2; i < call.count(); i++) {
            wanted.add(call.instance.table.find(call.request, i));
        }
        return wanted;
    }

    private static void describe(ReplyWriter reply, @Nullable Command command) {
        if (command == null) {
            reply.nothing();
            return;
        }
        reply.array(10);
        reply.bulk(command.name);
        reply.integer(command.arity);
        reply.set(command.flags.size());
        command.flags.forEach(flag -> reply.simple(flag.displayName()));
        reply.integer(command.firstKey);
        reply.integer(command.lastKey);
        reply.integer(command.keyStep);
        reply.set(command.categories.size());
        command.categories.forEach(category -> reply.simple("@" + category));
        reply.array(0);
        reply.array(0);
        reply.array(0);
    }

    private static void documents(Call call) {
        List<Command> found =
                named(call).stream().filter(java.util.Objects::nonNull).toList();
        call.reply.map(found.size());
        for (Command command : found) {
            call.reply.bulk(command.name);
            call.reply.map(3);
            call.reply.bulk("summary");
            call.reply.bulk("As in Redis " + InstanceOptions.REDIS_VERSION + ".");
            call.reply.bulk("group");
            call.reply.bulk(command.categories.getFirst());
            call.reply.bulk("arity");
            call.reply.integer(command.arity);
        }
    }

    private static void list(Call call) {
        List<String> names =
                call.instance.table.commands().stream().map(c -> c.name).toList();
        if (call.count() == 5 && call.request.is(2, "FILTERBY")) {
            String value = call.request.text(4).toLowerCase(Locale.ROOT);
            if (call.request.is(3, "PATTERN")) {
                Glob pattern = new Glob(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                names = names.stream()
                        .filter(n -> pattern.matches(n.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                        .toList();
            } else if (call.request.is(3, "ACLCAT")) {
                names = call.instance.table.commands().stream()
                        .filter(c -> c.categories.contains(value))
                        .map(c -> c.name)
                        .toList();
            } else if (call.request.is(3, "MODULE")) {
                names = List.of();
            } else {
                throw CommandException.syntax();
            }
        } else if (call.count() != 2) {
            throw CommandException.syntax();
        }
        call.reply.array(names.size());
        names.forEach(call.reply::bulk);
    }

    private static void keys(Call call) {
        Command command = call.instance.table.find(call.request, 2);
        if (command == null) {
            throw new CommandException("ERR Invalid command specified");
        }
        if (!command.accepts(call.count() - 2)) {
            throw new CommandException("ERR Invalid number of arguments specified for command");
        }
        if (command.firstKey == 0) {
            throw new CommandException("ERR The command has no key arguments");
        }
        int last = command.lastKey >= 0 ? command.lastKey + 2 : call.count() + command.lastKey;
        List<byte[]> keys = new ArrayList<>();
        for (int i = command.firstKey + 2; i <= Math.min(last, call.count() - 1); i += command.keyStep) {
            keys.add(call.request.bytes(i));
        }
        call.reply.array(keys.size());
        keys.forEach(call.reply::bulk);
    }
}
