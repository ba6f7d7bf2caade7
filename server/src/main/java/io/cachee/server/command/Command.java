package io.cachee.server.command;

import io.cachee.resp.Request;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A row of the table of commands. All that is asked about a command anywhere is answered from here. */
final class Command {
    /** How the commands are grouped in latency metrics. */
    enum Group {
        READ,
        WRITE,
        PUBSUB,
        ADMIN;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    final String name;
    final int arity;
    final Set<Flag> flags;
    final int firstKey;
    final int lastKey;
    final int keyStep;
    /** Without the at signs. */
    final List<String> categories;

    final Handler handler;
    final Group group;
    final boolean writes;
    final boolean reads;
    /** May write keys that its arguments do not name, or not at places that are known. */
    final boolean writesUnnamed;
    /** What it is about and which keys it uses cannot be told: nothing is known of it. */
    final boolean unknown;
    /** Which keys it uses cannot be told from its arguments alone. */
    final boolean hidesKeys;

    /** Takes so little time that a look at the clock counts, unless its arguments or its reply are long. */
    final boolean isBrief;

    final boolean exclusive;
    final boolean noAuth;
    final boolean queues;
    private final boolean accesses;
    /** How many arguments each of its subcommands takes, as for {@link #arity}; empty where it has none. */
    private final Map<String, Integer> subcommands;
    /** Its place in the table, for counters and permissions. */
    final int number;

    private Command(Builder builder, int number) {
        this.name = builder.name;
        this.arity = builder.arity;
        this.flags = builder.flags;
        this.firstKey = builder.firstKey;
        this.lastKey = builder.lastKey;
        this.keyStep = builder.keyStep;
        this.handler = builder.handler;
        this.writes = flags.contains(Flag.WRITE);
        this.reads = flags.contains(Flag.READONLY) && firstKey > 0;
        this.writesUnnamed = builder.writesUnnamed;
        this.unknown = builder.unknown;
        this.hidesKeys = builder.hidesKeys || builder.unknown;
        this.isBrief = firstKey > 0 && firstKey == lastKey && (flags.contains(Flag.FAST) || builder.isBrief);
        this.exclusive = builder.exclusive;
        this.noAuth = flags.contains(Flag.NO_AUTH);
        this.queues = builder.queues;
        this.accesses = builder.accesses;
        this.subcommands = Map.copyOf(builder.subcommands);
        this.number = number;
        this.group =
                writes ? Group.WRITE : reads ? Group.READ : flags.contains(Flag.PUBSUB) ? Group.PUBSUB : Group.ADMIN;
        this.categories = builder.categories(writes);
    }

    String upperCaseName() {
        return name.toUpperCase(Locale.ROOT);
    }

    boolean accepts(int arguments) {
        return accepts(arity, arguments);
    }

    private static boolean accepts(int arity, int arguments) {
        return arity >= 0 ? arguments == arity : arguments >= -arity;
    }

    /** Why a request cannot be one of this command, or null when it can. */
    @Nullable
    String misuse(Request request) {
        if (!hasSubcommands() || request.count() < 2) {
            return accepts(request.count()) ? null : wrongArity(name);
        }
        String subcommand = request.latin(1).toLowerCase(Locale.ROOT);
        Integer subcommandArity = subcommands.get(subcommand);
        if (subcommandArity == null) {
            return "ERR unknown subcommand '" + Refusals.shown(request, 1) + "'. Try " + upperCaseName() + " HELP.";
        }
        return accepts(subcommandArity, request.count()) ? null : wrongArity(name + "|" + subcommand);
    }

    boolean hasSubcommands() {
        return !subcommands.isEmpty();
    }

    /** Its name, and that of the subcommand where a request has one. */
    String fullName(Request request) {
        return hasSubcommands() && request.count() > 1
                ? name + "|" + request.latin(1).toLowerCase(Locale.ROOT)
                : name;
    }

    static String wrongArity(String fullName) {
        return "ERR wrong number of arguments for '" + fullName + "' command";
    }

    /** Whether a client that runs it learns something of a key's value. */
    boolean readsOldValue() {
        return !writes || accesses;
    }

    /** The last argument of a request that is a key, or 0 when none is. */
    int lastKeyOf(Request request) {
        if (firstKey == 0) {
            return 0;
        }
        int last = lastKey >= 0 ? lastKey : request.count() + lastKey;
        return Math.min(last, request.count() - 1);
    }

    static Builder named(String name, int arity, Handler handler) {
        return new Builder(name, arity, handler);
    }

    /** Collects what a row says beyond name and arity. */
    static final class Builder {
        final String name;
        private final int arity;
        private final Handler handler;
        private final EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
        private List<String> ownCategories = List.of();
        private int firstKey;
        private int lastKey;
        private int keyStep;
        private boolean writesUnnamed;
        private boolean unknown;
        private boolean hidesKeys;
        private boolean isBrief;
        private boolean exclusive;
        private boolean queues = true;
        private boolean accesses;
        private final Map<String, Integer> subcommands = new HashMap<>();

        private Builder(String name, int arity, Handler handler) {
            this.name = name;
            this.arity = arity;
            this.handler = handler;
        }

        Builder flags(Flag... more) {
            flags.addAll(List.of(more));
            return this;
        }

        Builder keys(int first, int last, int step) {
            this.firstKey = first;
            this.lastKey = last;
            this.keyStep = step;
            return this;
        }

        /** Categories beside those that follow from the flags. */
        Builder in(String... categories) {
            this.ownCategories = List.of(categories);
            return this;
        }

        /** Its first argument is the name of a subcommand; how many arguments that has, the names of both included. */
        Builder subcommand(String subcommand, int subcommandArity) {
            subcommands.put(subcommand, subcommandArity);
            return this;
        }

        /** Mostly takes hardly any time, though it is not among those that Redis calls fast. */
        Builder brief() {
            this.isBrief = true;
            return this;
        }

        /** Runs while no other event loop runs a command: it touches several keys, or all, as one step. */
        Builder exclusive() {
            this.exclusive = true;
            return this;
        }

        /** Runs at once even within MULTI. */
        Builder notQueued() {
            this.queues = false;
            return this;
        }

        /** Writes, and its reply tells what was there before. */
        Builder accesses() {
            this.accesses = true;
            return this;
        }

        /** May write keys that cannot be told from its arguments, as scripts do. */
        Builder writesUnnamed() {
            this.writesUnnamed = true;
            return this;
        }

        /** Nothing is known of it but its name. */
        Builder unknown() {
            this.unknown = true;
            return this;
        }

        /** Uses keys that cannot be told from its arguments. */
        Builder hidesKeys() {
            this.hidesKeys = true;
            return this;
        }

        Command build(int number) {
            return new Command(this, number);
        }

        private List<String> categories(boolean writes) {
            java.util.LinkedHashSet<String> all = new java.util.LinkedHashSet<>(ownCategories);
            if (writes) {
                all.add("write");
            }
            if (flags.contains(Flag.READONLY)) {
                all.add("read");
            }
            if (flags.contains(Flag.ADMIN)) {
                all.add("admin");
                all.add("dangerous");
            }
            if (flags.contains(Flag.PUBSUB)) {
                all.add("pubsub");
            }
            all.add(flags.contains(Flag.FAST) ? "fast" : "slow");
            return List.copyOf(all);
        }
    }
}
