package io.cachee.server.command;

import static io.cachee.server.command.Flag.LOADING;
import static io.cachee.server.command.Flag.NOSCRIPT;
import static io.cachee.server.command.Flag.STALE;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** ACL: users and what they may do. */
final class AclCommands {
    private AclCommands() {}

    static List<Command.Builder> rows() {
        return List.of(Command.named("acl", -2, AclCommands::acl)
                .flags(NOSCRIPT, LOADING, STALE, Flag.SKIP_SLOWLOG)
                .in("slow")
                .subcommand("cat", -2)
                .subcommand("deluser", -3)
                .subcommand("genpass", -2)
                .subcommand("getuser", 3)
                .subcommand("help", 2)
                .subcommand("list", 2)
                .subcommand("load", 2)
                .subcommand("save", 2)
                .subcommand("setuser", -3)
                .subcommand("users", 2)
                .subcommand("whoami", 2));
    }

    private static void acl(Call call) {
        String subcommand = call.request.text(1).toUpperCase(Locale.ROOT);
        switch (subcommand) {
            case "WHOAMI" -> {
                Help.requireCount(call, 2, 2);
                call.reply.bulk(call.session.user.name);
            }
            case "CAT" -> categories(call);
            case "GENPASS" -> generate(call);
            case "HELP" -> Help.reply(call, "ACL", HELP);
            case "LOAD", "SAVE" -> {
                Help.requireCount(call, 2, 2);
                throw new CommandException(NO_FILE);
            }
            case "LIST", "USERS", "GETUSER", "SETUSER", "DELUSER" -> administer(call, subcommand);
            default -> throw Help.unknown(call);
        }
    }

    /** The file of users is read at the start alone, and never written. */
    private static final String NO_FILE =
            "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL"
                + " SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set)"
                + " in order to store users in the Redis configuration.";

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

    /** What changes or tells of other users is for those alone that may everything. */
    private static void administer(Call call, String subcommand) {
        if (!call.session.user.mayEverything()) {
            throw new CommandException("NOPERM User " + call.session.user.name + " has no permissions to run the 'acl|"
                    + subcommand.toLowerCase(Locale.ROOT) + "' command");
        }
        Users users = call.instance.users;
        switch (subcommand) {
            case "LIST" ->
                strings(
                        call,
                        users.all().stream()
                                .map(u -> u.rules().describe(u.name))
                                .toList());
            case "USERS" -> strings(call, users.all().stream().map(u -> u.name).toList());
            case "GETUSER" -> getUser(call);
            case "SETUSER" -> setUser(call);
            default -> deleteUsers(call);
        }
    }

    private static void strings(Call call, Collection<String> texts) {
        call.reply.array(texts.size());
        texts.forEach(call.reply::bulk);
    }

    private static void getUser(Call call) {
        Help.requireCount(call, 3, 3);
        User user = call.instance.users.find(call.request.text(2));
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

    private static void setUser(Call call) {
        if (call.count() < 3) {
            Help.requireCount(call, 3, Integer.MAX_VALUE);
        }
        List<String> rules = new ArrayList<>();
        for (int i = 3; i < call.count(); i++) {
            rules.add(call.request.text(i));
        }
        String name = ClientCommands.checkedName(call.request.bytes(2), "Usernames");
        try {
            call.instance.users.set(name, rules);
        } catch (IllegalArgumentException wrong) {
            throw new CommandException("ERR " + wrong.getMessage());
        }
        call.instance.usersChanged();
        call.reply.ok();
    }

    private static void deleteUsers(Call call) {
        if (call.count() < 3) {
            Help.requireCount(call, 3, Integer.MAX_VALUE);
        }
        for (int i = 2; i < call.count(); i++) {
            if (call.request.text(i).equals(Users.DEFAULT)) {
                throw new CommandException("ERR The 'default' user cannot be removed");
            }
        }
        int deleted = 0;
        for (int i = 2; i < call.count(); i++) {
            deleted += call.instance.users.delete(call.request.text(i)) ? 1 : 0;
        }
        call.instance.usersChanged();
        call.reply.integer(deleted);
    }

    private static void categories(Call call) {
        Help.requireCount(call, 2, 3);
        List<Command> commands = call.instance.table.commands();
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

    private static void generate(Call call) {
        Help.requireCount(call, 2, 3);
        int bits = call.count() == 3 ? Decimal.integer(call.request, 2, 1, 4096) : 256;
        byte[] random = new byte[(bits + 7) / 8];
        new SecureRandom().nextBytes(random);
        call.reply.bulk(HexFormat.of().formatHex(random).substring(0, (bits + 3) / 4));
    }
}
