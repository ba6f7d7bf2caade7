package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command, or a subcommand such as {@code client|list}: one row of the table. Everything that the sidecar knows about
 * a command is here; no other class compares a command's name.
 */
public final class Command {
    /** The groups of commands that latency metrics tell apart. */
    public enum Group {
        READ,
        WRITE,
        PUBSUB,
        ADMIN;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** In lower case; a subcommand's name is {@code container|subcommand}. */
    public final String name;

    public final int arity;
    public final Set<CommandFlag> flags;
    public final List<KeySpec> keySpecs;
    final KeyRights keyRights;
    /** The first key, the last one, and the step between them, as clients before Redis 7 know them; otherwise 0. */
    public final int firstKey;

    final int lastKey;
    public final int keyStep;
    /** Without the at signs. */
    public final List<String> categories;

    public final Route route;
    public final @Nullable Role role;
    public final Handler handler;
    /** Whether the sidecar itself runs the command when there is no L2. */
    public final boolean isBuiltIn;
    /** Whether nothing is known about the command but its name. */
    final boolean isUnknown;
    /** Whether the table lacks the command, so that its number says nothing. */
    final boolean isUnlisted;

    public final Group group;
    public final boolean writes;
    final boolean reads;
    /** The keys whose accesses are counted to find the hot ones. */
    final List<KeySpec> accesses;
    /** Whether each request is one such access, and the key is always at the same place. */
    final boolean isOneAccess;

    public final boolean writesUnnamed;
    /** Whether reading the clock takes a notable part of the command's time, unless its arguments or reply are long. */
    final boolean isBrief;

    final boolean exclusive;
    final boolean noAuth;
    final boolean queues;
    /** The arguments that logs must not show. */
    final Secrets secrets;
    /** The position in the table, by which counters and permissions are indexed. */
    public final int number;

    private final Set<Trait> traits;
    private final int least;
    private int most;
    private Map<String, Command> subcommands = Map.of();
    private @Nullable Command container;

    public Command(CommandRow row, int number) {
        this.name = row.name;
        this.arity = row.arity;
        this.flags = row.flags();
        this.keySpecs = List.copyOf(row.keySpecs);
        this.keyRights = new KeyRights(row);
        CommandRow.KeyRange range = row.keyRange();
        this.firstKey = range.first();
        this.lastKey = range.last();
        this.keyStep = range.step();
        this.categories = row.categories();
        this.route = row.route;
        this.role = row.role;
        this.handler = row.handler;
        this.isBuiltIn = row.isBuiltIn;
        this.isUnknown = row.isUnknown;
        this.isUnlisted = row.isUnlisted;
        this.traits = row.traits;
        this.writes = flags.contains(CommandFlag.WRITE);
        this.reads = flags.contains(CommandFlag.READONLY) && !keySpecs.isEmpty();
        this.accesses = role == Role.EXPLAINS ? List.of() : keySpecs;
        this.isOneAccess = accesses.size() == 1 && firstKey > 0 && firstKey == lastKey;
        this.writesUnnamed = traits.contains(Trait.WRITES_UNNAMED);
        boolean isFast = flags.contains(CommandFlag.FAST) || traits.contains(Trait.BRIEF);
        this.isBrief = firstKey > 0 && firstKey == lastKey && isFast;
        this.exclusive = traits.contains(Trait.EXCLUSIVE);
        this.noAuth = flags.contains(CommandFlag.NO_AUTH);
        this.queues = !traits.contains(Trait.UNQUEUED);
        this.secrets = row.secrets;
        this.number = number;
        this.least = Math.abs(arity);
        this.most = arity >= 0 ? arity : Integer.MAX_VALUE;
        boolean isPubSub = flags.contains(CommandFlag.PUBSUB);
        this.group = writes ? Group.WRITE : reads ? Group.READ : isPubSub ? Group.PUBSUB : Group.ADMIN;
    }

    public boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** The word that clients send first: the name without the subcommand. */
    String firstWord() {
        int bar = name.indexOf('|');
        return bar < 0 ? name : name.substring(0, bar);
    }

    /** Whether a rule about this name is about the command: its own name, or its container's. */
    boolean isNamedBy(String rule) {
        return rule.equals(name) || rule.equals(firstWord());
    }

    public String upperCaseName() {
        return firstWord().toUpperCase(Locale.ROOT);
    }

    /**
     * Whether a request of this many arguments, the name included, fits this row. A container accepts its bare name at
     * most: a request with more arguments belongs to the row of a subcommand.
     */
    public boolean accepts(int arguments) {
        return arguments >= least && arguments <= most;
    }

    // ---------------------------------------------------------------- subcommands

    void add(String subcommand, Command row) {
        if (subcommands.isEmpty()) {
            subcommands = new LinkedHashMap<>();
        }
        subcommands.put(subcommand, row);
        row.container = this;
        most = 1;
    }

    public boolean hasSubcommands() {
        return !subcommands.isEmpty();
    }

    public boolean isSubcommand() {
        return container != null;
    }

    public Collection<Command> subcommands() {
        return subcommands.values();
    }

    /** Whether the sidecar itself runs the command, or one of its subcommands, when there is no L2. */
    public boolean runsWithoutL2() {
        return isBuiltIn || subcommands.values().stream().anyMatch(Command::runsWithoutL2);
    }

    @Nullable
    Command subcommand(String word) {
        return subcommands.get(word);
    }

    /** The error for a request that does not fit this row; null if it fits. */
    @Nullable
    String misuse(Request request) {
        if (accepts(request.count())) {
            return null;
        }
        if (hasSubcommands() && request.count() > 1) {
            return "ERR unknown subcommand '" + Refusals.shown(request, 1) + "'. Try " + upperCaseName() + " HELP.";
        }
        return wrongArity(name);
    }

    static String wrongArity(String name) {
        return "ERR wrong number of arguments for '" + name + "' command";
    }

    // ---------------------------------------------------------------- keys

    /** The first argument of a request that is a key; 0 if there is none, or no rule tells where it is. */
    public int firstKey(Request request) {
        if (firstKey > 0) {
            return firstKey < request.count() ? firstKey : 0;
        }
        for (KeySpec spec : keySpecs) {
            int first = spec.first(request);
            if (first > 0) {
                return first;
            }
        }
        return 0;
    }

    /** The keys that a request names where the specifications say so. */
    public List<byte[]> keys(Request request) {
        List<byte[]> keys = new ArrayList<>(1);
        for (KeySpec spec : keySpecs) {
            for (int place : spec.places(request)) {
                keys.add(request.bytes(place));
            }
        }
        return keys;
    }
}
