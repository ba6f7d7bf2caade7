package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a user may do: its commands, keys and channels, and the passwords to log in with. Immutable. The rules are
 * written as in Redis's ACL. Of passwords, only SHA-256 hashes are kept.
 */
public final class UserRules {
    /** A pattern of keys, and whether the user may read and write them. */
    private record KeyPattern(Glob pattern, boolean reads, boolean writes) {
        @Override
        public String toString() {
            return (reads && writes ? "~" : reads ? "%R~" : "%W~") + pattern;
        }
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._|-]{1,64}");

    private final CommandTable table;
    private final boolean enabled;
    private final boolean noPassword;
    private final Set<String> passwordHashes;
    private final BitSet commands;
    private final List<String> commandRules;
    private final List<KeyPattern> keys;
    private final List<Glob> channels;
    private final boolean everything;

    private UserRules(Editor editor) {
        this.table = editor.table;
        this.enabled = editor.enabled;
        this.noPassword = editor.noPassword;
        this.passwordHashes = Set.copyOf(editor.passwordHashes);
        this.commands = (BitSet) editor.commands.clone();
        this.commandRules = List.copyOf(editor.commandRules);
        this.keys = List.copyOf(editor.keys);
        this.channels = List.copyOf(editor.channels);
        this.everything = enabled
                && commands.cardinality() == table.commands().size()
                && commandRules.stream().noneMatch(rule -> rule.startsWith("-"))
                && mayAccessAll()
                && channels.stream().anyMatch(Glob::matchesAll);
    }

    /** The rules of a new user, which allow nothing. */
    static UserRules none(CommandTable table) {
        return new UserRules(new Editor(table));
    }

    /**
     * These rules with changes. Throws if one is wrong.
     *
     * @param others whether rules may name commands and categories that the table lacks
     */
    UserRules with(List<String> rules, boolean others) {
        Editor editor = new Editor(this);
        editor.others = others;
        for (String rule : rules) {
            editor.apply(rule);
        }
        return new UserRules(editor);
    }

    boolean isEnabled() {
        return enabled;
    }

    public boolean needsNoPassword() {
        return noPassword;
    }

    boolean mayEverything() {
        return everything;
    }

    boolean mayRun(Command command) {
        return command.number < table.commands().size() ? commands.get(command.number) : mayRunOther(command);
    }

    /**
     * Commands that only L2 knows have no bit: the last rule that applies to one decides. If nothing is known about a
     * command, rules that forbid a category apply to it, and rules that allow one do not.
     */
    private boolean mayRunOther(Command command) {
        boolean may = false;
        for (String rule : commandRules) {
            boolean allows = rule.charAt(0) == '+';
            String what = rule.substring(1);
            boolean applies = what.equals("@all")
                    || what.equals(command.name)
                    || what.equals(command.firstWord())
                    || what.startsWith("@")
                            && (command.isUnknown ? !allows : command.categories.contains(what.substring(1)));
            if (applies) {
                may = allows;
            }
        }
        return may;
    }

    /** Whether the user may read and write all keys. */
    boolean mayAccessAll() {
        return keys.stream().anyMatch(k -> k.reads && k.writes && k.pattern.matchesAll());
    }

    /** Whether the user may access a key in these ways; with neither, whether a rule names the key at all. */
    boolean mayAccess(byte[] key, boolean reads, boolean writes) {
        boolean mayRead = false;
        boolean mayWrite = false;
        for (KeyPattern rule : keys) {
            if ((rule.reads && !mayRead || rule.writes && !mayWrite) && rule.pattern.matches(key)) {
                mayRead |= rule.reads;
                mayWrite |= rule.writes;
            }
        }
        return (mayRead || mayWrite) && (mayRead || !reads) && (mayWrite || !writes);
    }

    /** Whether the user may use a channel. To subscribe to a pattern, a rule must have that same pattern. */
    boolean mayUseChannel(byte[] channel, boolean isPattern) {
        for (Glob allowed : channels) {
            if (allowed.matchesAll() || (isPattern ? allowed.isWrittenAs(channel) : allowed.matches(channel))) {
                return true;
            }
        }
        return false;
    }

    /** Whether this is one of the user's passwords. A wrong one takes as long as a right one. */
    boolean isPassword(byte[] password) {
        byte[] given = sha256(password).getBytes(UTF_8);
        boolean matches = false;
        for (String hash : passwordHashes) {
            matches |= MessageDigest.isEqual(given, hash.getBytes(UTF_8));
        }
        return matches || noPassword;
    }

    public List<String> flags() {
        List<String> flags = new ArrayList<>();
        flags.add(enabled ? "on" : "off");
        if (noPassword) {
            flags.add("nopass");
        }
        return flags;
    }

    public Set<String> passwordHashes() {
        return passwordHashes;
    }

    public String commandRules() {
        return commandRules.isEmpty() ? "-@all" : String.join(" ", commandRules);
    }

    public String keyRules() {
        return join(keys);
    }

    public String channelRules() {
        List<String> written = channels.stream().map(c -> "&" + c).toList();
        return String.join(" ", written);
    }

    private static String join(List<?> parts) {
        return String.join(" ", parts.stream().map(Object::toString).toList());
    }

    /** The rules as ACL LIST shows them. */
    public String describe(String name) {
        List<String> parts = new ArrayList<>(List.of("user", name));
        parts.addAll(flags());
        passwordHashes.stream().sorted().forEach(hash -> parts.add("#" + hash));
        if (!keys.isEmpty()) {
            parts.add(keyRules());
        }
        parts.add(channels.isEmpty() ? "resetchannels" : channelRules());
        parts.add(commandRules());
        return String.join(" ", parts);
    }

    static String sha256(byte[] password) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The rules while they are being changed. */
    private static final class Editor {
        private boolean others;
        private final CommandTable table;
        private boolean enabled;
        private boolean noPassword;
        private final Set<String> passwordHashes;
        private final BitSet commands;
        private final List<String> commandRules;
        private final List<KeyPattern> keys;
        private final List<Glob> channels;

        Editor(CommandTable table) {
            this.table = table;
            this.passwordHashes = new LinkedHashSet<>();
            this.commands = new BitSet();
            this.commandRules = new ArrayList<>();
            this.keys = new ArrayList<>();
            this.channels = new ArrayList<>();
        }

        Editor(UserRules from) {
            this.table = from.table;
            this.enabled = from.enabled;
            this.noPassword = from.noPassword;
            this.passwordHashes = new LinkedHashSet<>(from.passwordHashes);
            this.commands = (BitSet) from.commands.clone();
            this.commandRules = new ArrayList<>(from.commandRules);
            this.keys = new ArrayList<>(from.keys);
            this.channels = new ArrayList<>(from.channels);
        }

        void apply(String rule) {
            switch (rule.toLowerCase(Locale.ROOT)) {
                case "on" -> enabled = true;
                case "off" -> enabled = false;
                case "nopass" -> {
                    noPassword = true;
                    passwordHashes.clear();
                }
                case "resetpass" -> {
                    noPassword = false;
                    passwordHashes.clear();
                }
                case "allkeys" -> addKeys("*", true, true);
                case "resetkeys" -> keys.clear();
                case "allchannels" -> channels.add(new Glob("*".getBytes(UTF_8)));
                case "resetchannels" -> channels.clear();
                case "allcommands" -> apply("+@all");
                case "nocommands" -> apply("-@all");
                case "reset" -> {
                    enabled = false;
                    noPassword = false;
                    passwordHashes.clear();
                    keys.clear();
                    channels.clear();
                    apply("-@all");
                }
                default -> applyPrefixed(rule);
            }
        }

        private void applyPrefixed(String rule) {
            if (rule.length() < 2 && !rule.startsWith("~")) {
                throw wrong(rule, "Syntax error");
            }
            String rest = rule.substring(1);
            switch (rule.charAt(0)) {
                case '>' -> addPassword(sha256(rest.getBytes(UTF_8)));
                case '<' -> removePassword(rule, sha256(rest.getBytes(UTF_8)));
                case '#' -> addPassword(hash(rule, rest));
                case '!' -> removePassword(rule, hash(rule, rest));
                case '~' -> addKeys(rest, true, true);
                case '%' -> addKeysByAccess(rule, rest);
                case '&' -> channels.add(new Glob(rest.getBytes(UTF_8)));
                case '+' -> change(rule, rest, true);
                case '-' -> change(rule, rest, false);
                default -> throw wrong(rule, "Syntax error");
            }
        }

        private static IllegalArgumentException wrong(String rule, String why) {
            boolean secret = rule.startsWith(">") || rule.startsWith("<") || rule.startsWith("#");
            return new IllegalArgumentException(
                    "Error in ACL SETUSER modifier '" + (secret ? rule.charAt(0) + "..." : rule) + "': " + why);
        }

        private static String hash(String rule, String hex) {
            if (!hex.matches("[0-9a-f]{64}")) {
                throw wrong(
                        rule,
                        "The password hash must be exactly 64 characters and contain only lowercase"
                                + " hexadecimal characters");
            }
            return hex;
        }

        private void addPassword(String hash) {
            passwordHashes.add(hash);
            noPassword = false;
        }

        private void removePassword(String rule, String hash) {
            if (!passwordHashes.remove(hash)) {
                throw wrong(rule, "The password you are trying to remove from the user does not exist");
            }
        }

        private void addKeysByAccess(String rule, String rest) {
            int tilde = rest.indexOf('~');
            String access = tilde < 0 ? "" : rest.substring(0, tilde).toUpperCase(Locale.ROOT);
            if (!access.matches("R|W|RW|WR")) {
                throw wrong(rule, "Syntax error");
            }
            addKeys(rest.substring(tilde + 1), access.contains("R"), access.contains("W"));
        }

        private void addKeys(String pattern, boolean reads, boolean writes) {
            KeyPattern added = new KeyPattern(new Glob(pattern.getBytes(UTF_8)), reads, writes);
            if (keys.stream().noneMatch(k -> k.toString().equals(added.toString()))) {
                keys.add(added);
            }
        }

        private void change(String rule, String what, boolean allow) {
            if (what.startsWith("@")) {
                String category = what.substring(1).toLowerCase(Locale.ROOT);
                boolean all = category.equals("all");
                if (!all
                        && !(others && NAME.matcher(category).matches())
                        && table.commands().stream().noneMatch(c -> c.categories.contains(category))) {
                    throw wrong(rule, "Unknown command or category name in ACL");
                }
                for (Command command : table.commands()) {
                    if (all || command.categories.contains(category)) {
                        commands.set(command.number, allow);
                    }
                }
                if (all) {
                    commandRules.clear();
                }
            } else {
                Command command = table.named(what.toLowerCase(Locale.ROOT));
                if (command != null) {
                    commands.set(command.number, allow);
                    command.subcommands().forEach(subcommand -> commands.set(subcommand.number, allow));
                } else if (!others || !NAME.matcher(what).matches()) {
                    throw wrong(rule, "Unknown command or category name in ACL");
                }
            }
            commandRules.removeIf(r -> r.substring(1).equalsIgnoreCase(what));
            commandRules.add((allow ? "+" : "-") + what.toLowerCase(Locale.ROOT));
        }
    }
}
