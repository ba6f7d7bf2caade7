package io.cachee.server.command;

import static io.cachee.server.command.Flag.ADMIN;
import static io.cachee.server.command.Flag.LOADING;
import static io.cachee.server.command.Flag.NOSCRIPT;
import static io.cachee.server.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** CONFIG: settings by the names that Redis gives them. */
final class ConfigCommands {
    private ConfigCommands() {}

    static List<Command.Builder> rows() {
        return List.of(Command.named("config", -2, ConfigCommands::config)
                .flags(ADMIN, NOSCRIPT, LOADING, STALE)
                .subcommand("get", -3)
                .subcommand("help", 2)
                .subcommand("resetstat", 2)
                .subcommand("rewrite", 2)
                .subcommand("set", -4));
    }

    private static void config(Call call) {
        if (call.request.is(1, "GET")) {
            get(call);
        } else if (call.request.is(1, "SET")) {
            set(call);
        } else if (call.request.is(1, "RESETSTAT")) {
            Help.requireCount(call, 2, 2);
            call.instance.baseline = call.instance.rawTotals();
            call.instance.errors.reset();
            call.reply.ok();
        } else if (call.request.is(1, "REWRITE")) {
            throw new CommandException("ERR The server is running without a config file that it may write");
        } else if (call.request.is(1, "HELP")) {
            Help.reply(
                    call,
                    "CONFIG",
                    List.of(
                            "GET <pattern>",
                            "    Return parameters matching the glob-like <pattern> and their values.",
                            "SET <directive> <value>",
                            "    Set the configuration <directive> to <value>.",
                            "RESETSTAT",
                            "    Reset statistics reported by the INFO command."));
        } else {
            throw Help.unknown(call);
        }
    }

    private static void get(Call call) {
        if (call.count() < 3) {
            Help.requireCount(call, 3, Integer.MAX_VALUE);
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 2; i < call.count(); i++) {
            Glob pattern =
                    new Glob(call.request.text(i).toLowerCase(Locale.ROOT).getBytes(UTF_8));
            for (Parameter parameter : Parameter.ALL) {
                if (pattern.matches(parameter.name().getBytes(UTF_8))) {
                    found.put(parameter.name(), parameter.read(call.instance));
                }
            }
        }
        call.reply.map(found.size());
        found.forEach((name, value) -> {
            call.reply.bulk(name);
            call.reply.bulk(value);
        });
    }

    /** All of the settings or, when one of them is wrong, none. */
    private static void set(Call call) {
        if (call.count() < 4 || call.count() % 2 == 1) {
            throw new CommandException("ERR wrong number of arguments for 'config|set' command");
        }
        List<Runnable> changes = new ArrayList<>();
        for (int i = 2; i < call.count(); i += 2) {
            String name = call.request.text(i).toLowerCase(Locale.ROOT);
            String value = call.request.text(i + 1);
            Parameter parameter = Parameter.find(name);
            if (parameter == null) {
                throw new CommandException(
                        "ERR Unknown option or number of arguments for CONFIG SET - '" + call.request.latin(i) + "'");
            }
            try {
                changes.add(parameter.change(call.instance, value));
            } catch (IllegalArgumentException wrong) {
                throw new CommandException(
                        "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + wrong.getMessage());
            }
        }
        changes.forEach(Runnable::run);
        call.reply.ok();
    }
}
