package io.cachee.server.engine;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads rows. It runs while the sidecar starts, when no code is compiled yet: it splits by hand, and keeps flags and key
 * specifications that many rows have in common.
 */
final class CommandRowParser {
    private static final String SECRET = "secret=";

    /** What a word of its own means: a route, a trait or a role. */
    private final Map<String, Enum<?>> words = new HashMap<>();

    private final Map<String, CommandFlag> flags = new HashMap<>();
    private final Map<String, Set<CommandFlag>> flagLists = new HashMap<>();
    private final Map<String, KeySpec> keySpecs = new HashMap<>();

    CommandRowParser() {
        for (Route route : Route.values()) {
            words.put(route.name(), route);
        }
        for (Trait trait : Trait.values()) {
            words.put(word(trait), trait);
        }
        for (Role role : Role.values()) {
            words.put("as=" + word(role), role);
        }
        for (CommandFlag flag : CommandFlag.values()) {
            flags.put(flag.displayName(), flag);
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    CommandRow parse(String text, Handler handler, boolean isBuiltIn) {
        int nameEnd = text.indexOf(' ');
        int arityEnd = text.indexOf(' ', nameEnd + 1);
        int arity = Integer.parseInt(text.substring(nameEnd + 1, arityEnd));
        CommandRow row = new CommandRow(text.substring(0, nameEnd), arity, handler, isBuiltIn);
        boolean hasRoute = false;
        for (int start = arityEnd + 1; start < text.length(); ) {
            int space = text.indexOf(' ', start);
            int end = space < 0 ? text.length() : space;
            hasRoute |= apply(row, text.substring(start, end));
            start = end + 1;
        }
        if (!hasRoute) {
            throw new IllegalArgumentException("no route: " + text);
        }
        return row;
    }

    /** Adds what a word says to the row. True when it is the route. */
    private boolean apply(CommandRow row, String word) {
        Enum<?> known = words.get(word);
        if (known instanceof Route route) {
            row.route = route;
        } else if (known instanceof Trait trait) {
            row.traits.add(trait);
        } else if (known instanceof Role role) {
            row.role = role;
        } else if (word.startsWith("@")) {
            row.in(word.substring(1));
        } else if (word.startsWith(SECRET)) {
            row.secretFrom = Integer.parseInt(word.substring(SECRET.length()));
        } else if (word.indexOf(':') >= 0) {
            row.keySpecs.add(keySpecs.computeIfAbsent(word, KeySpec::parse));
        } else {
            row.flags(flagLists.computeIfAbsent(word, this::flags));
        }
        return known instanceof Route;
    }

    private Set<CommandFlag> flags(String list) {
        Set<CommandFlag> named = EnumSet.noneOf(CommandFlag.class);
        for (int start = 0; start <= list.length(); ) {
            int comma = list.indexOf(',', start);
            int end = comma < 0 ? list.length() : comma;
            String name = list.substring(start, end);
            CommandFlag flag = flags.get(name);
            if (flag == null) {
                throw new IllegalArgumentException("'" + name + "' is no flag, route, role or trait");
            }
            named.add(flag);
            start = end + 1;
        }
        return named;
    }
}
