package io.cachee.server.command;

import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.User;
import io.cachee.server.engine.UserRules;
import io.cachee.server.engine.Users;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** ACL: the users and their rules. */
final class AclCommands {
    /** Redis's error for ACL LOAD and ACL SAVE: the file of users is read at the start only, and never written. */
    private static final String NO_FILE =
            "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL"
                + " SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set)"
                + " in order to store users in the Redis configuration.";

    private static final int DEFAULT_PASSWORD_BITS = 256;
    private static final int MOST_PASSWORD_BITS = 4_096;

    private AclCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("acl -2 LOCAL");
        rows.add("acl|cat -2 noscript,loading,stale LOCAL", AclCommands::categories);
        rows.add("acl|deluser -3 admin,noscript,loading,stale LOCAL", AclCommands::deleteUsers);
        rows.add("acl|dryrun -4 admin,noscript,loading,stale LOCAL", AclCommands::dryRun);
        rows.add("acl|genpass -2 noscript,loading,stale LOCAL", AclCommands::generate);
        rows.add("acl|getuser 3 admin,noscript,loading,stale LOCAL", AclCommands::getUser);
        rows.add("acl|help 2 loading,stale LOCAL", call -> Subcommands.replyHelp(call, HELP));
        rows.add("acl|list 2 admin,noscript,loading,stale LOCAL", AclCommands::list);
        rows.add("acl|load 2 admin,noscript,loading,stale LOCAL", AclCommands::refuseFile);
        rows.add("acl|log -2 admin,noscript,loading,stale LOCAL", AclCommands::log);
        rows.add("acl|save 2 admin,noscript,loading,stale LOCAL", AclCommands::refuseFile);
        rows.add("acl|setuser -3 admin,noscript,loading,stale LOCAL secret=1", AclCommands::setUser);
        rows.add("acl|users 2 admin,noscript,loading,stale LOCAL", AclCommands::users);
        rows.add("acl|whoami 2 noscript,loading,stale LOCAL", call -> call.reply.bulk(call.session.user.name));
    }

    private static void list(CommandContext call) {
        strings(
                call,
                usersFor(call).all().stream()
                        .map(user -> user.rules().describe(user.name))
                        .toList());
    }

    private static void users(CommandContext call) {
        strings(call, usersFor(call).all().stream().map(user -> user.name).toList());
    }

    private static void getUser(CommandContext call) {
        User user = usersFor(call).find(call.request.text(2));
        if (user == null) {
            call.reply.nothing();
            return;
        }
        UserRules rules = user.rules();
        call.reply.map(6);
        call.reply.bulk("flags");
        call.reply.set(rules.flags().size());
        rules.flags().forEach(call.reply::bulk);
        call.reply.bulk("passwords");
        strings(call, rules.passwordHashes());
        call.reply.bulk("commands");
        call.reply.bulk(rules.commandRules());
        call.reply.bulk("keys");
        call.reply.bulk(rules.keyRules());
        call.reply.bulk("channels");
        call.reply.bulk(rules.channelRules());
        call.reply.bulk("selectors");
        call.reply.array(0);
    }

    private static void setUser(CommandContext call) {
        Users all = usersFor(call);
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
        Users all = usersFor(call);
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

    private static void refuseFile(CommandContext call) {
        throw new CommandException(NO_FILE);
    }

    private static void dryRun(CommandContext call) {
        throw new CommandException("ERR ACL DRYRUN is not supported");
    }

    private static void log(CommandContext call) {
        throw new CommandException("ERR ACL LOG is not supported: INFO counts refused logins and commands"
                + " (acl_access_denied_auth, acl_access_denied_cmd)");
    }

    /** The users, for a command that shows or changes them. Refuses clients that may not do everything themselves. */
    private static Users usersFor(CommandContext call) {
        User user = call.session.user;
        if (!user.mayEverything()) {
            throw new CommandException(
                    "NOPERM User " + user.name + " has no permissions to run the '" + call.command.name + "' command");
        }
        return call.shared.users;
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
            "GENPASS [<bits>]",
            "    Generate a secure 256-bit user password.",
            "GETUSER <username>",
            "    Get the user's details.",
            "LIST",
            "    Show users details in config file format.",
            "SETUSER <username> <attribute> [<attribute> ...]",
            "    Create or modify a user with the specified attributes.",
            "USERS",
            "    List all the registered usernames.",
            "WHOAMI",
            "    Return the current connection username.");
}
