package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.AclLog;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Denial;
import io.cachee.server.engine.Permissions;
import io.cachee.server.engine.Refusals;
import io.cachee.server.engine.RuleSelector;
import io.cachee.server.engine.User;
import io.cachee.server.engine.UserRules;
import io.cachee.server.engine.Users;
import io.cachee.server.engine.UsersFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** ACL: the users and their rules. */
final class AclCommands {
    /** Redis's error for ACL LOAD and ACL SAVE without a file of users. */
    private static final String NO_FILE =
            "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL"
                + " SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set)"
                + " in order to store users in the Redis configuration.";

    private static final int DEFAULT_LOG_ENTRIES = 10;
    private static final int DEFAULT_PASSWORD_BITS = 256;
    private static final int MOST_PASSWORD_BITS = 4_096;

    private AclCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("acl -2 LOCAL");
        rows.add("acl|cat -2 noscript,loading,stale LOCAL", AclCommands::categories);
        rows.add("acl|deluser -3 admin,noscript,loading,stale LOCAL", AclCommands::deleteUsers);
        rows.add("acl|dryrun -4 admin,noscript,loading,stale LOCAL secret=4", AclCommands::dryRun);
        rows.add("acl|genpass -2 noscript,loading,stale LOCAL", AclCommands::generate);
        rows.add("acl|getuser 3 admin,noscript,loading,stale LOCAL", AclCommands::getUser);
        rows.add("acl|help 2 loading,stale LOCAL", call -> Subcommands.replyHelp(call, HELP));
        rows.add("acl|list 2 admin,noscript,loading,stale LOCAL", AclCommands::list);
        rows.add("acl|load 2 admin,noscript,loading,stale LOCAL", AclCommands::load);
        rows.add("acl|log -2 admin,noscript,loading,stale LOCAL", AclCommands::log);
        rows.add("acl|save 2 admin,noscript,loading,stale LOCAL", AclCommands::save);
        rows.add("acl|setuser -3 admin,noscript,loading,stale LOCAL secret=1", AclCommands::setUser);
        rows.add("acl|users 2 admin,noscript,loading,stale LOCAL", AclCommands::users);
        rows.add("acl|whoami 2 noscript,loading,stale LOCAL", call -> call.reply.bulk(call.session.user.name));
    }

    private static void list(CommandContext call) {
        strings(call, call.shared.users.lines());
    }

    private static void users(CommandContext call) {
        strings(call, call.shared.users.all().stream().map(user -> user.name).toList());
    }

    private static void getUser(CommandContext call) {
        User user = call.shared.users.find(call.request.text(2));
        if (user == null) {
            call.reply.nothing();
            return;
        }
        UserRules rules = user.rules();
        List<RuleSelector> selectors = rules.selectors();
        call.reply.map(6);
        call.reply.bulk("flags");
        call.reply.set(rules.flags().size());
        rules.flags().forEach(call.reply::bulk);
        call.reply.bulk("passwords");
        strings(call, rules.passwordHashes());
        selector(call, selectors.getFirst());
        call.reply.bulk("selectors");
        call.reply.array(selectors.size() - 1);
        for (RuleSelector selector : selectors.subList(1, selectors.size())) {
            call.reply.map(3);
            selector(call, selector);
        }
    }

    private static void selector(CommandContext call, RuleSelector selector) {
        call.reply.bulk("commands");
        call.reply.bulk(selector.commandRules());
        call.reply.bulk("keys");
        call.reply.bulk(selector.keyRules());
        call.reply.bulk("channels");
        call.reply.bulk(selector.channelRules());
    }

    private static void setUser(CommandContext call) {
        Users all = call.shared.users;
        List<String> rules = new ArrayList<>();
        for (int i = 3; i < call.count(); i++) {
            rules.add(call.request.text(i));
        }
        String name = ClientCommands.checkedName(call.request.bytes(2), "Usernames");
        try {
            all.set(name, rules);
        } catch (IllegalArgumentException wrong) {
            throw new CommandException("ERR " + wrong.getMessage());
        }
        call.shared.clients.judgeAgain();
        call.reply.ok();
    }

    private static void deleteUsers(CommandContext call) {
        Users all = call.shared.users;
        for (int i = 2; i < call.count(); i++) {
            if (call.request.text(i).equals(Users.DEFAULT)) {
                throw new CommandException("ERR The 'default' user cannot be removed");
            }
        }
        int deleted = 0;
        for (int i = 2; i < call.count(); i++) {
            deleted += all.delete(call.request.text(i)) ? 1 : 0;
        }
        call.shared.clients.judgeAgain();
        call.reply.integer(deleted);
    }

    private static void categories(CommandContext call) {
        Subcommands.requireAtMost(call, 3);
        List<Command> commands = call.shared.table.commands();
        if (call.count() == 2) {
            TreeSet<String> all = new TreeSet<>();
            commands.forEach(c -> all.addAll(c.categories));
            strings(call, all);
            return;
        }
        String category = call.request.text(2).toLowerCase(Locale.ROOT);
        List<String> members = commands.stream()
                .filter(c -> c.categories.contains(category))
                .map(c -> c.name)
                .toList();
        if (members.isEmpty()) {
            throw new CommandException("ERR Unknown category '" + call.request.latin(2) + "'");
        }
        strings(call, members);
    }

    private static void generate(CommandContext call) {
        Subcommands.requireAtMost(call, 3);
        long bits = call.count() == 3 ? Decimal.integer(call.request, 2) : DEFAULT_PASSWORD_BITS;
        if (bits < 1 || bits > MOST_PASSWORD_BITS) {
            throw new CommandException("ERR ACL GENPASS argument must be the number of bits for the output password, a"
                    + " positive number up to " + MOST_PASSWORD_BITS);
        }
        byte[] random = new byte[(int) (bits + 7) / 8];
        new SecureRandom().nextBytes(random);
        call.reply.bulk(HexFormat.of().formatHex(random).substring(0, (int) (bits + 3) / 4));
    }

    // ---------------------------------------------------------------- the file

    private static UsersFile file(CommandContext call) {
        UsersFile file = call.shared.usersFile();
        if (file == null) {
            throw new CommandException(NO_FILE);
        }
        return file;
    }

    private static void load(CommandContext call) {
        try {
            file(call).load(call.shared.users);
        } catch (IOException wrong) {
            throw new CommandException("ERR " + wrong.getMessage()
                    + ". WARNING: ACL errors detected, no change to the previously active ACL rules was performed");
        }
        call.shared.clients.judgeAgain();
        call.reply.ok();
    }

    private static void save(CommandContext call) {
        try {
            file(call).save(call.shared.users);
        } catch (IOException failed) {
            String why = failed instanceof FileSystemException problem
                    ? problem.getClass().getSimpleName() + " " + problem.getMessage()
                    : failed.getMessage();
            throw new CommandException("ERR There was an error trying to save the ACLs: " + why);
        }
        call.reply.ok();
    }

    // ---------------------------------------------------------------- what rules allow, and what they refused

    private static void dryRun(CommandContext call) {
        User user = call.shared.users.find(call.request.text(2));
        if (user == null) {
            throw new CommandException("ERR User '" + Refusals.shown(call.request, 2) + "' not found");
        }
        byte[][] arguments = new byte[call.count() - 3][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = call.request.bytes(i + 3);
        }
        Request request = Request.of(arguments);
        Command command = call.shared.resolve(request);
        if (command == null || !command.accepts(request.count()) && command.hasSubcommands()) {
            throw new CommandException("ERR Command '" + Refusals.shown(request, 0) + "' not found");
        }
        if (!command.accepts(request.count())) {
            throw new CommandException("ERR wrong number of arguments for '" + command.name + "' command");
        }
        Denial denial = Permissions.denial(user.rules(), command, request);
        if (denial == null) {
            call.reply.ok();
        } else {
            call.reply.bulk(denial.inDryRun(command, request));
        }
    }

    private static void log(CommandContext call) {
        Subcommands.requireAtMost(call, 3);
        if (call.count() == 3 && call.request.is(2, "RESET")) {
            call.shared.aclLog.reset();
            call.reply.ok();
            return;
        }
        long count = call.count() == 3 ? Decimal.integer(call.request, 2) : DEFAULT_LOG_ENTRIES;
        long now = System.currentTimeMillis();
        List<AclLog.Entry> entries = call.shared.aclLog.latest(Math.max(0, count));
        call.reply.array(entries.size());
        for (AclLog.Entry entry : entries) {
            call.reply.map(10);
            field(call, "count", entry.count());
            field(call, "reason", entry.reason());
            field(call, "context", entry.context());
            field(call, "object", entry.object());
            field(call, "username", entry.user());
            field(call, "age-seconds", String.valueOf((now - entry.updatedMillis()) / 1_000.0));
            field(call, "client-info", entry.client());
            field(call, "entry-id", entry.id());
            field(call, "timestamp-created", entry.createdMillis());
            field(call, "timestamp-last-updated", entry.updatedMillis());
        }
    }

    private static void field(CommandContext call, String name, String value) {
        call.reply.bulk(name);
        call.reply.bulk(value);
    }

    private static void field(CommandContext call, String name, long value) {
        call.reply.bulk(name);
        call.reply.integer(value);
    }

    private static void strings(CommandContext call, Collection<String> texts) {
        call.reply.array(texts.size());
        texts.forEach(call.reply::bulk);
    }

    private static final List<String> HELP = List.of(
            "CAT [<category>]",
            "    List all commands that belong to <category>, or all command categories.",
            "DELUSER <username> [<username> ...]",
            "    Delete a list of users.",
            "DRYRUN <username> <command> [<arg> ...]",
            "    Returns whether the user can execute the given command without executing the command.",
            "GENPASS [<bits>]",
            "    Generate a secure 256-bit user password.",
            "GETUSER <username>",
            "    Get the user's details.",
            "LIST",
            "    Show users details in config file format.",
            "LOAD",
            "    Reload users from the ACL file.",
            "LOG [<count> | RESET]",
            "    Show the ACL log entries.",
            "SAVE",
            "    Save the current config to the ACL file.",
            "SETUSER <username> <attribute> [<attribute> ...]",
            "    Create or modify a user with the specified attributes.",
            "USERS",
            "    List all the registered usernames.",
            "WHOAMI",
            "    Return the current connection username.");
}
