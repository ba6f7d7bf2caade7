package io.cachee.server.engine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table while it is being written. Most rows are one line of text:
 *
 * <pre>
 * set -3 write,denyoom @string RWaui~:1 KEYSPACE_WRITE as=set brief
 * </pre>
 *
 * <p>It begins with the name and the arity. What follows may stand in any order: the flags, as Redis names them; the
 * categories that do not follow from the flags; {@link KeySpec}s; the {@link Route}; a {@link Role}; and {@link
 * Trait}s. {@code secret=2} hides the arguments from the second on in logs.
 */
public final class CommandRow {
    private static final Map<String, CommandFlag> FLAGS = words(CommandFlag.values(), CommandFlag::displayName);
    private static final Map<String, Trait> TRAITS = words(Trait.values(), Trait::word);
    private static final Map<String, Role> ROLES = words(Role.values(), Role::word);
    private static final Map<String, Route> ROUTES = words(Route.values(), Route::name);

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
    public boolean isUnknown;
    private final EnumSet<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
    private final Set<String> ownCategories = new LinkedHashSet<>();

    /** A row that says nothing yet but the name and the arity. */
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
        if (words.length < 2 || !words[1].matches("-?\\d{1,9}")) {
            throw new IllegalArgumentException("no arity: " + text);
        }
        CommandRow row = new CommandRow(words[0], Integer.parseInt(words[1]), handler, isBuiltIn);
        int routes = 0;
        for (int i = 2; i < words.length; i++) {
            routes += ROUTES.containsKey(words[i]) ? 1 : 0;
            row.apply(words[i]);
        }
        if (routes != 1) {
            throw new IllegalArgumentException((routes == 0 ? "no route: " : "several routes: ") + text);
        }
        return row;
    }

    private void apply(String word) {
        int equals = word.indexOf('=');
        if (ROUTES.containsKey(word)) {
            route = ROUTES.get(word);
        } else if (word.startsWith("@")) {
            ownCategories.add(word.substring(1));
        } else if (word.indexOf(':') >= 0) {
            keySpecs.add(KeySpec.parse(word));
        } else if (equals > 0) {
            set(word.substring(0, equals), word.substring(equals + 1));
        } else if (TRAITS.containsKey(word)) {
            traits.add(TRAITS.get(word));
        } else {
            for (String flag : word.split(",", -1)) {
                flags.add(known(FLAGS, "flag or trait", flag));
            }
        }
    }

    private void set(String what, String value) {
        switch (what) {
            case "as" -> role = known(ROLES, "role", value);
            case "secret" -> secretFrom = Integer.parseInt(value);
            default -> throw new IllegalArgumentException("unknown setting '" + what + "=' in the row of " + name);
        }
    }

    private <E> E known(Map<String, E> words, String kind, String word) {
        E meant = words.get(word);
        if (meant == null) {
            throw new IllegalArgumentException("unknown " + kind + " '" + word + "' in the row of " + name);
        }
        return meant;
    }

    public CommandRow flag(CommandFlag flag) {
        flags.add(flag);
        return this;
    }

    public CommandRow in(Iterable<String> categories) {
        categories.forEach(ownCategories::add);
        return this;
    }

    /** The flags, with {@code movablekeys} if first key, last key and step do not tell where all keys are. */
    Set<CommandFlag> flags() {
        EnumSet<CommandFlag> all = flags.clone();
        boolean areTold = consecutive().size() == keySpecs.size();
        if (!areTold || keySpecs.stream().anyMatch(KeySpec::isIncomplete)) {
            all.add(CommandFlag.MOVABLEKEYS);
        }
        return all;
    }

    /** The row's own categories and those that follow from its flags. */
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

    // ---------------------------------------------------------------- first key, last key and step

    // Clients before Redis 7 know keys as one row of arguments. As in Redis, a single range is that row as it is;
    // of several, those with step 1 that continue each other form it.

    private List<KeySpec> consecutive() {
        if (keySpecs.size() == 1) {
            return keySpecs.getFirst().isRange() ? keySpecs : List.of();
        }
        List<KeySpec> found = new ArrayList<>();
        for (KeySpec spec : keySpecs) {
            boolean continues = found.isEmpty() || lastKey(found.getLast()) == spec.index() - 1;
            if (spec.isRange() && spec.step() == 1 && continues) {
                found.add(spec);
            }
        }
        return found;
    }

    private static int lastKey(KeySpec spec) {
        return spec.lastKey() >= 0 ? spec.index() + spec.lastKey() : spec.lastKey();
    }

    int firstKey() {
        List<KeySpec> row = consecutive();
        return row.isEmpty() ? 0 : row.getFirst().index();
    }

    int lastKey() {
        List<KeySpec> row = consecutive();
        return row.isEmpty() ? 0 : lastKey(row.getLast());
    }

    int keyStep() {
        List<KeySpec> row = consecutive();
        return row.isEmpty() ? 0 : row.getFirst().step();
    }
}
