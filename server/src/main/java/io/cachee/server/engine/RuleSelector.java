package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Commands, keys and channels that may be used together: a user's own rules, or a selector in parentheses, which allows
 * more. A request must be allowed by one of them as a whole. Immutable; {@link SelectorEditor} makes it.
 */
public final class RuleSelector {
    /** Commands of the table by their numbers. */
    private final BitSet commands;
    /** First arguments that are allowed although the command is not, in lower case, by the command's number. */
    private final Map<Integer, Set<String>> firstArguments;
    /** Whether commands that no rule is about are allowed. */
    private final boolean isBasedOnAll;

    private final List<String> commandRules;
    private final List<KeyPattern> keys;
    private final List<String> channels;
    private final List<Glob> channelPatterns;
    private final boolean allKeys;
    private final boolean allChannels;

    RuleSelector(SelectorEditor editor) {
        this.commands = (BitSet) editor.commands.clone();
        this.firstArguments = Map.copyOf(editor.firstArguments);
        this.isBasedOnAll = editor.isBasedOnAll;
        this.commandRules = List.copyOf(editor.commandRules);
        this.keys = List.copyOf(editor.keys);
        this.channels = List.copyOf(editor.channels);
        this.channelPatterns = channels.stream().map(SelectorEditor::pattern).toList();
        this.allKeys = editor.allKeys;
        this.allChannels = editor.allChannels;
    }

    void copyTo(SelectorEditor editor) {
        editor.commands.or(commands);
        editor.firstArguments.putAll(firstArguments);
        editor.isBasedOnAll = isBasedOnAll;
        editor.commandRules.addAll(commandRules);
        editor.keys.addAll(keys);
        editor.channels.addAll(channels);
        editor.allKeys = allKeys;
        editor.allChannels = allChannels;
    }

    boolean allowsEverything() {
        return allowsAllCommands() && allKeys && allChannels;
    }

    /** Whether all commands are allowed, with no exception. */
    private boolean allowsAllCommands() {
        return isBasedOnAll && commandRules.stream().noneMatch(rule -> rule.startsWith("-"));
    }

    // ---------------------------------------------------------------- what is allowed

    boolean mayRun(Command command, Request request) {
        if (allowsAllCommands()) {
            return true;
        }
        boolean may = !command.isUnlisted ? mayRunListed(command, request) : mayRunOther(command, request);
        return may && (!command.is(Trait.RUNS_SCRIPTS) || mayRunScripts(command));
    }

    private boolean mayRunListed(Command command, Request request) {
        if (commands.get(command.number)) {
            return true;
        }
        Set<String> allowed = firstArguments.get(command.number);
        return allowed != null
                && request.count() > 1
                && allowed.contains(request.latin(1).toLowerCase(Locale.ROOT));
    }

    /**
     * Commands that only L2 knows have no bit: the last rule that applies to one decides. If nothing is known about a
     * command, rules that forbid a category apply to it, and rules that allow one do not.
     */
    private boolean mayRunOther(Command command, Request request) {
        boolean may = isBasedOnAll;
        for (String rule : commandRules) {
            boolean allows = rule.charAt(0) == '+';
            String what = rule.substring(1);
            boolean applies = what.startsWith("@")
                    ? command.isUnknown ? !allows : command.categories.contains(what.substring(1))
                    : command.isNamedBy(what) || allows && isFirstArgument(what, command, request);
            may = applies ? allows : may;
        }
        return may;
    }

    private static boolean isFirstArgument(String what, Command command, Request request) {
        int bar = what.indexOf('|');
        return bar > 0
                && !command.isSubcommand()
                && request.count() > 1
                && what.substring(0, bar).equals(command.firstWord())
                && what.substring(bar + 1).equals(request.latin(1).toLowerCase(Locale.ROOT));
    }

    /**
     * A script runs in L2 as the sidecar: what it does there cannot be checked. So a user who may not run every command
     * needs a rule that allows scripts by name.
     */
    private boolean mayRunScripts(Command command) {
        return commandRules.contains("+" + command.name) || commandRules.contains("+@scripting");
    }

    /** Whether all keys may be read and written. */
    boolean mayAccessAll() {
        return allKeys;
    }

    /** Whether a key may be accessed in these ways; with neither, whether a rule names the key at all. */
    boolean mayAccess(byte[] key, boolean reads, boolean writes) {
        if (allKeys) {
            return true;
        }
        for (KeyPattern pattern : keys) {
            if (pattern.allows(key, reads, writes)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a channel may be used. To subscribe to a pattern, a rule must have that same pattern. */
    boolean mayUseChannel(byte[] channel, boolean isPattern) {
        if (allChannels) {
            return true;
        }
        for (Glob allowed : channelPatterns) {
            if (isPattern ? allowed.isWrittenAs(channel) : allowed.matches(channel)) {
                return true;
            }
        }
        return false;
    }

    /** The patterns of channels, {@code *} for all. */
    List<String> channels() {
        return allChannels ? List.of("*") : channels;
    }

    // ---------------------------------------------------------------- as text

    public String commandRules() {
        String base = isBasedOnAll ? "+@all" : "-@all";
        return commandRules.isEmpty() ? base : base + " " + String.join(" ", commandRules);
    }

    public String keyRules() {
        return allKeys
                ? "~*"
                : String.join(" ", keys.stream().map(KeyPattern::toString).toList());
    }

    public String channelRules() {
        return String.join(" ", channels().stream().map(c -> "&" + c).toList());
    }

    /** All rules as ACL LIST shows them. */
    @Override
    public String toString() {
        String keyRules = keyRules();
        return (keyRules.isEmpty() ? "" : keyRules + " ")
                + (allChannels ? "" : "resetchannels ")
                + (channelRules().isEmpty() ? "" : channelRules() + " ")
                + commandRules();
    }
}
