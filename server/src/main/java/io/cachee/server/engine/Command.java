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
 * A row of the table of commands: a command, or a subcommand such as {@code client|list}. Whatever the sidecar knows
 * about a command stands here; no other class asks for a command's name.
 */
public final class Command {
    /** How the commands are grouped in latency metrics. */
    public enum Group {
        READ,
        WRITE,
        PUBSUB,
        ADMIN;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int NONE = Integer.MAX_VALUE;

    /** In lower case; a subcommand's is {@code container|subcommand}. */
    public final String name;

    public final int arity;
    public final Set<CommandFlag> flags;
    public final List<KeySpec> keySpecs;
    /** The first key and the last, and the step between them, where all stand in one row; otherwise 0. */
    public final int firstKey;

    final int lastKey;
    public final int keyStep;
    /** Without the at signs. */
    public final Set<String> categories;

    public final Route route;
    public final @Nullable Role role;
    public final Handler handler;
    /** Whether the sidecar runs it without an L2. */
    public final boolean isBuiltIn;
    /** Whether nothing is known of it: not what it is about, nor which keys it uses. */
    final boolean isUnknown;

    public final Group group;
    public final boolean writes;
    final boolean reads;
    public final boolean writesUnnamed;
    final boolean hidesKeys;
    /** Takes so little time that a look at the clock counts, unless its arguments or its reply are long. */
    final boolean isBrief;

    final boolean exclusive;
    final boolean noAuth;
    final boolean queues;
    /** The first argument that is never shown; 0 when all may be. */
    final int secretFrom;
    /** Its place in the table, for counters and permissions. */
    public final int number;

    private final Set<Trait> traits;
    private final boolean isContainer;
    private final int least;
    private final int most;
    private final Map<String, Command> subcommands = new LinkedHashMap<>();
    private @Nullable Command container;

    public Command(CommandRow row, int number) {
        this.name = row.name;
        this.arity = row.arity;
        this.flags = row.flags();
        this.keySpecs = List.copyOf(row.keySpecs);
        this.firstKey = row.firstKey();
        this.lastKey = row.lastKey();
        this.keyStep = row.keyStep();
        this.categories = row.categories();
        this.route = row.route;
        this.role = row.role;
        this.handler = row.handler;
        this.isBuiltIn = row.isBuiltIn;
        this.isUnknown = row.isUnknown;
        this.traits = Set.copyOf(row.traits);
        this.writes = flags.contains(CommandFlag.WRITE);
        this.reads = flags.contains(CommandFlag.READONLY) && !keySpecs.isEmpty();
        this.writesUnnamed = traits.contains(Trait.WRITES_UNNAMED);
        this.hidesKeys = isUnknown || traits.contains(Trait.HIDES_KEYS);
        boolean isFast = flags.contains(CommandFlag.FAST) || traits.contains(Trait.BRIEF);
        this.isBrief = firstKey > 0 && firstKey == lastKey && isFast;
        this.exclusive = traits.contains(Trait.EXCLUSIVE);
        this.noAuth = flags.contains(CommandFlag.NO_AUTH);
        this.queues = !traits.contains(Trait.UNQUEUED);
        this.secretFrom = row.secretFrom;
        this.number = number;
        this.isContainer = row.isContainer;
        this.least = isContainer && !isBuiltIn ? NONE : Math.abs(arity);
        this.most = isContainer ? 1 : arity >= 0 ? arity : NONE;
        boolean isPubSub = flags.contains(CommandFlag.PUBSUB);
        this.group = writes ? Group.WRITE : reads ? Group.READ : isPubSub ? Group.PUBSUB : Group.ADMIN;
    }

    public boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** The name that clients send: without a subcommand. */
    String firstWord() {
        int bar = name.indexOf('|');
        return bar < 0 ? name : name.substring(0, bar);
    }

    public String upperCaseName() {
        return firstWord().toUpperCase(Locale.ROOT);
    }

    /** Whether this row runs requests of that many arguments. Of a container it is at most the name alone (COMMAND). */
    public boolean accepts(int arguments) {
        return arguments >= least && arguments <= most;
    }

    // ---------------------------------------------------------------- subcommands

    void add(String subcommand, Command row) {
        subcommands.put(subcommand, row);
        row.container = this;
    }

    boolean hasSubcommands() {
        return isContainer;
    }

    public boolean isSubcommand() {
        return container != null;
    }

    public Collection<Command> subcommands() {
        return subcommands.values();
    }

    /** Whether it, or one of its subcommands, runs in the sidecar without an L2. */
    public boolean runsWithoutL2() {
        return isBuiltIn || subcommands.values().stream().anyMatch(Command::runsWithoutL2);
    }

    @Nullable
    Command subcommand(String word) {
        return subcommands.get(word);
    }

    /** Why a request cannot be one of this command, or null when it can. */
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

    /** Whether a client that runs it learns something of a key's value. A command that does not write may always. */
    boolean reads(KeySpec spec) {
        return spec.reads() || !writes;
    }

    /** The first argument of a request that is a key; 0 when none is, or none can be told. */
    public int firstKey(Request request) {
        if (firstKey > 0) {
            return firstKey < request.count() ? firstKey : 0;
        }
        for (KeySpec spec : keySpecs) {
            int first = spec.isKey() ? spec.first(request) : 0;
            if (first > 0) {
                return first;
            }
        }
        return 0;
    }

    /** The arguments of a request that are keys, as far as that can be told. */
    public List<byte[]> keys(Request request) {
        List<byte[]> keys = new ArrayList<>(1);
        for (KeySpec spec : keySpecs) {
            int first = spec.isKey() ? spec.first(request) : 0;
            int last = first > 0 ? spec.last(request, first) : 0;
            for (int i = first; i > 0 && i <= last; i += spec.step()) {
                keys.add(request.bytes(i));
            }
        }
        return keys;
    }
}
