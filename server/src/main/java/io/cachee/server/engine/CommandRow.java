package io.cachee.server.engine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a row of the table says, while it is being written. Its text is one line:
 *
 * <pre>
 * set -3 write,denyoom @string RWaui~:1 KEYSPACE_WRITE as=set brief
 * </pre>
 *
 * <p>that is: name, arity and flags as in Redis; the categories that do not follow from the flags; key specifications
 * ({@link KeySpec}); the {@link Route}; then the {@link Role} and {@link Trait}s if it has any. {@code secret=2} hides
 * the arguments from the second on.
 */
public final class CommandRow {
    private static final Map<String, CommandFlag> FLAGS = words(CommandFlag.values(), CommandFlag::displayName);
    private static final Map<String, Trait> TRAITS = words(Trait.values(), Trait::word);
    private static final Set<String> ROUTES =
            Stream.of(Route.values()).map(Enum::name).collect(Collectors.toUnmodifiableSet());

    final String name;
    final int arity;
    final Handler handler;
    final boolean isBuiltIn;
    public final List<KeySpec> keySpecs = new ArrayList<>();
    public final Set<Trait> traits = EnumSet.noneOf(Trait.class);
    public Route route = Route.OWN_CONNECTION;

    @Nullable
    Role role;

    int secretFrom;
    boolean isContainer;
    public boolean isUnknown;
    private final Set<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
    private final Set<String> ownCategories = new LinkedHashSet<>();

    /** A row of which no more is known yet than its name and arity. */
    public CommandRow(String name, int arity, Handler handler, boolean isBuiltIn) {
        this.name = name;
        this.arity = arity;
        this.handler = handler;
        this.isBuiltIn = isBuiltIn;
    }

    private static <E> Map<String, E> words(E[] all, Function<E, String> word) {
        return Stream.of(all).collect(Collectors.toUnmodifiableMap(word, one -> one));
    }

    static CommandRow parse(String text, Handler handler, boolean isBuiltIn) {
        String[] words = text.split(" +", -1);
        CommandRow row = new CommandRow(words[0], Integer.parseInt(words[1]), handler, isBuiltIn);
        boolean hasRoute = false;
        for (int i = 2; i < words.length; i++) {
            hasRoute |= ROUTES.contains(words[i]);
            row.apply(words[i]);
        }
        if (!hasRoute) {
            throw new IllegalArgumentException("no route: " + text);
        }
        return row;
    }

    private void apply(String word) {
        int equals = word.indexOf('=');
        if (ROUTES.contains(word)) {
            route = Route.valueOf(word);
        } else if (word.charAt(0) == '@') {
            ownCategories.add(word.substring(1));
        } else if (word.indexOf(':') >= 0) {
            keySpecs.add(KeySpec.parse(word));
        } else if (equals > 0) {
            set(word.substring(0, equals), word.substring(equals + 1));
        } else if (TRAITS.containsKey(word)) {
            traits.add(TRAITS.get(word));
        } else {
            for (String flag : word.split(",", -1)) {
                CommandFlag known = FLAGS.get(flag);
                if (known == null) {
                    throw new IllegalArgumentException("'" + flag + "' in the row of " + name);
                }
                flags.add(known);
            }
        }
    }

    private void set(String what, String value) {
        switch (what) {
            case "as" -> role = Role.valueOf(value.toUpperCase(Locale.ROOT).replace('-', '_'));
            case "secret" -> secretFrom = Integer.parseInt(value);
            default -> throw new IllegalArgumentException("'" + what + "=' in the row of " + name);
        }
    }

    public CommandRow flag(CommandFlag flag) {
        flags.add(flag);
        return this;
    }

    public CommandRow in(Iterable<String> categories) {
        categories.forEach(ownCategories::add);
        return this;
    }

    Set<CommandFlag> flags() {
        EnumSet<CommandFlag> all = EnumSet.copyOf(flags.isEmpty() ? EnumSet.noneOf(CommandFlag.class) : flags);
        boolean isInOneRow = consecutive().size() == keySpecs.size();
        if (!isInOneRow || keySpecs.stream().anyMatch(KeySpec::isIncomplete)) {
            all.add(CommandFlag.MOVABLEKEYS);
        }
        return all;
    }

    /** Its own categories and those that follow from its flags. */
    Set<String> categories() {
        Set<String> all = new LinkedHashSet<>(ownCategories);
        if (flags.contains(CommandFlag.WRITE)) {
            all.add("write");
        }
        if (flags.contains(CommandFlag.READONLY) && !ownCategories.contains("scripting")) {
            all.add("read");
        }
        if (flags.contains(CommandFlag.ADMIN)) {
            all.add("admin");
            all.add("dangerous");
        }
        if (flags.contains(CommandFlag.PUBSUB)) {
            all.add("pubsub");
        }
        if (flags.contains(CommandFlag.BLOCKING)) {
            all.add("blocking");
        }
        all.add(flags.contains(CommandFlag.FAST) ? "fast" : "slow");
        return Set.copyOf(all);
    }

    // ---------------------------------------------------------------- keys in one row, as clients before Redis 7 know
    // them

    /** The specifications that continue one another at fixed places. */
    private List<KeySpec> consecutive() {
        if (keySpecs.size() == 1) {
            return keySpecs.getFirst().isRange() ? keySpecs : List.of();
        }
        List<KeySpec> found = new ArrayList<>();
        int end = 0;
        for (KeySpec spec : keySpecs) {
            if (spec.isRange() && spec.step() == 1 && (end == 0 || end == spec.index() - 1)) {
                found.add(spec);
                end = spec.lastKey() >= 0 ? spec.index() + spec.lastKey() : spec.lastKey();
            }
        }
        return found;
    }

    int firstKey() {
        List<KeySpec> row = consecutive();
        return row.isEmpty() ? 0 : row.getFirst().index();
    }

    int lastKey() {
        List<KeySpec> row = consecutive();
        if (row.isEmpty()) {
            return 0;
        }
        KeySpec last = row.getLast();
        return last.lastKey() >= 0 ? last.index() + last.lastKey() : last.lastKey();
    }

    int keyStep() {
        List<KeySpec> row = consecutive();
        return row.isEmpty() ? 0 : row.getFirst().step();
    }
}
