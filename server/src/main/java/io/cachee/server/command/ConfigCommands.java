package io.cachee.server.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Glob;
import io.cachee.server.engine.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** CONFIG: reads and changes settings under the names that Redis gives them. */
final class ConfigCommands {
    /** CONFIG GET has at most this many arguments: each is compared with all settings. */
    private static final int MOST_PATTERNS = 1_000;

    private ConfigCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("config -2 LOCAL");
        rows.add("config|get -3 admin,noscript,loading,stale LOCAL as=reads-settings", ConfigCommands::get);
        rows.add("config|help 2 loading,stale LOCAL", call -> Subcommands.replyHelp(call, HELP));
        rows.add("config|resetstat 2 admin,noscript,loading,stale LOCAL", ConfigCommands::resetStatistics);
        rows.add("config|rewrite 2 admin,noscript,loading,stale LOCAL", ConfigCommands::rewrite);
        rows.add(
                "config|set -4 admin,noscript,loading,stale LOCAL as=changes-settings"
                        + " secret=REQUIREPASS+1,MASTERAUTH+1,MASTERUSER+1,TLS-KEY-FILE-PASS+1,"
                        + "TLS-CLIENT-KEY-FILE-PASS+1",
                ConfigCommands::set);
    }

    private static void get(CommandContext call) {
        if (call.count() > MOST_PATTERNS) {
            throw new CommandException("ERR at most " + MOST_PATTERNS + " arguments");
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 2; i < call.count(); i++) {
            Glob pattern =
                    new Glob(call.request.text(i).toLowerCase(Locale.ROOT).getBytes(UTF_8));
            for (Parameter parameter : Parameter.ALL) {
                if (pattern.matches(parameter.name().getBytes(UTF_8))) {
                    found.put(parameter.name(), parameter.read(call.shared));
                }
            }
        }
        call.reply.map(found.size());
        found.forEach((name, value) -> {
            call.reply.bulk(name);
            call.reply.bulk(value);
        });
    }

    /** Changes all of the settings, or none if one of them is wrong. */
    private static void set(CommandContext call) {
        if (call.count() % 2 == 1) {
            throw CommandException.syntax();
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
                changes.add(parameter.change(call.shared, value));
            } catch (IllegalArgumentException wrong) {
                throw new CommandException(
                        "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + wrong.getMessage());
            }
        }
        changes.forEach(Runnable::run);
        call.reply.ok();
    }

    private static void resetStatistics(CommandContext call) {
        call.shared.statistics.reset();
        call.shared.errors.reset();
        call.reply.ok();
    }

    private static void rewrite(CommandContext call) {
        throw new CommandException("ERR The server is running without a config file");
    }

    private static final List<String> HELP = List.of(
            "GET <pattern>",
            "    Return parameters matching the glob-like <pattern> and their values.",
            "SET <directive> <value>",
            "    Set the configuration <directive> to <value>.",
            "RESETSTAT",
            "    Reset statistics reported by the INFO command.");
}
