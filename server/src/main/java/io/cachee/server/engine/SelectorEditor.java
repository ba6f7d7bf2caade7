package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** A {@link RuleSelector} while rules change it, one after the other. */
final class SelectorEditor {
    /** What the name of a command or category may be that the table lacks. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}(?:\\|[!-~]{1,64})?");

    private static final int MOST_PATTERNS = 10_000;

    final BitSet commands = new BitSet();
    final Map<Integer, Set<String>> firstArguments = new HashMap<>();
    final List<String> commandRules = new ArrayList<>();
    final List<KeyPattern> keys = new ArrayList<>();
    final List<String> channels = new ArrayList<>();
    boolean isBasedOnAll;
    boolean allKeys;
    boolean allChannels;
    private final CommandTable table;
    private final boolean others;

    /** @param others whether rules may name commands and categories that the table lacks */
    SelectorEditor(CommandTable table, boolean others) {
        this.table = table;
        this.others = others;
    }

    static Glob pattern(String channel) {
        return new Glob(channel.getBytes(UTF_8));
    }

    RuleSelector selector() {
        return new RuleSelector(this);
    }

    /** Applies a rule, or throws. */
    void apply(String rule) {
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "allkeys", "~*" -> {
                keys.clear();
                allKeys = true;
            }
            case "resetkeys" -> {
                keys.clear();
                allKeys = false;
            }
            case "allchannels", "&*" -> {
                channels.clear();
                allChannels = true;
            }
            case "resetchannels" -> {
                channels.clear();
                allChannels = false;
            }
            case "allcommands", "+@all" -> changeAll(true);
            case "nocommands", "-@all" -> changeAll(false);
            default -> applyPrefixed(rule);
        }
    }

    private void applyPrefixed(String rule) {
        String rest = rule.isEmpty() ? "" : rule.substring(1);
        switch (rule.isEmpty() ? ' ' : rule.charAt(0)) {
            case '~', '%' -> addKeys(rule);
            case '&' -> addChannel(rule, rest);
            case '+' -> change(rule, rest.toLowerCase(Locale.ROOT), true);
            case '-' -> change(rule, rest.toLowerCase(Locale.ROOT), false);
            default -> throw new WrongRuleException(rule, WrongRuleException.SYNTAX);
        }
    }

    // ---------------------------------------------------------------- keys and channels

    private void addKeys(String rule) {
        if (allKeys) {
            throw new WrongRuleException(
                    rule,
                    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any"
                            + " effect. Try 'resetkeys' to start with an empty list of patterns");
        }
        KeyPattern added = KeyPattern.parse(rule);
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).text().equals(added.text())) {
                keys.set(i, keys.get(i).and(added));
                return;
            }
        }
        requireRoom(rule, keys);
        keys.add(added);
    }

    private void addChannel(String rule, String channel) {
        if (allChannels) {
            throw new WrongRuleException(
                    rule,
                    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have"
                            + " any effect. Try 'resetchannels' to start with an empty list of channels");
        }
        if (channel.chars().anyMatch(Character::isWhitespace) || channel.indexOf('\0') >= 0) {
            throw new WrongRuleException(rule, WrongRuleException.SYNTAX);
        }
        if (!channels.contains(channel)) {
            requireRoom(rule, channels);
            channels.add(channel);
        }
    }

    private static void requireRoom(String rule, List<?> list) {
        if (list.size() >= MOST_PATTERNS) {
            throw new WrongRuleException(rule, "there are " + MOST_PATTERNS + " patterns already");
        }
    }

    // ---------------------------------------------------------------- commands

    private void changeAll(boolean allow) {
        commands.set(0, table.commands().size(), allow);
        firstArguments.clear();
        commandRules.clear();
        isBasedOnAll = allow;
    }

    private void change(String rule, String what, boolean allow) {
        if (!what.chars().allMatch(letter -> letter > ' ' && letter < 0x7f)) {
            // In a file of users, a space would end the rule, and a line break the user.
            throw new WrongRuleException(rule, WrongRuleException.SYNTAX);
        }
        if (what.startsWith("@")) {
            changeCategory(rule, what.substring(1), allow);
        } else {
            changeCommand(rule, what, allow);
        }
        // A later rule about a command replaces earlier ones about it and its subcommands.
        commandRules.removeIf(
                r -> r.startsWith(what, 1) && (r.length() == what.length() + 1 || r.charAt(what.length() + 1) == '|'));
        commandRules.add((allow ? "+" : "-") + what);
    }

    private void changeCategory(String rule, String category, boolean allow) {
        boolean isKnown = false;
        for (Command command : table.commands()) {
            if (command.categories.contains(category)) {
                isKnown = true;
                set(command, allow);
            }
        }
        if (!isKnown && !mayBeOthers(category)) {
            throw new WrongRuleException(rule, WrongRuleException.UNKNOWN);
        }
    }

    private void changeCommand(String rule, String what, boolean allow) {
        Command command = table.named(what);
        if (command != null) {
            set(command, allow);
            return;
        }
        int bar = what.indexOf('|');
        Command container = bar < 0 ? null : table.named(what.substring(0, bar));
        boolean isOfSubcommand = container != null && bar != what.lastIndexOf('|');
        if (isOfSubcommand && table.named(what.substring(0, what.lastIndexOf('|'))) != null && allow) {
            throw new WrongRuleException(rule, "Allowing first-arg of a subcommand is not supported");
        }
        if (container != null && !container.hasSubcommands() && allow) {
            addFirstArgument(rule, container, what.substring(bar + 1));
        } else if (!mayBeOthers(what) || container != null && !container.hasSubcommands()) {
            throw new WrongRuleException(rule, WrongRuleException.UNKNOWN);
        }
    }

    private boolean mayBeOthers(String name) {
        return others && NAME.matcher(name).matches();
    }

    private void addFirstArgument(String rule, Command command, String argument) {
        if (argument.isEmpty()) {
            throw new WrongRuleException(rule, WrongRuleException.SYNTAX);
        }
        Set<String> allowed = new HashSet<>(firstArguments.getOrDefault(command.number, Set.of()));
        allowed.add(argument);
        firstArguments.put(command.number, Set.copyOf(allowed));
    }

    /** As in Redis, what is said of a command is said of its subcommands too. */
    private void set(Command command, boolean allow) {
        commands.set(command.number, allow);
        firstArguments.remove(command.number);
        command.subcommands().forEach(subcommand -> set(subcommand, allow));
    }
}
