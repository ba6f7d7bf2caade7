package io.cachee.server.engine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the text of rows. It runs while the sidecar starts, before any code is compiled, so it splits by hand and reads
 * each list of flags and each key specification once, however many rows share it.
 */
final class CommandRowParser {
    private static final String ROLE = "as=";
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
            words.put(trait.word(), trait);
        }
        for (Role role : Role.values()) {
            words.put(ROLE + role.word(), role);
        }
        for (CommandFlag flag : CommandFlag.values()) {
            flags.put(flag.displayName(), flag);
        }
    }

    CommandRow parse(String text, Handler handler, boolean isBuiltIn) {
        int nameEnd = text.indexOf(' ');
        int arityEnd = nameEnd < 0 ? -1 : text.indexOf(' ', nameEnd + 1);
        if (arityEnd < 0) {
            throw new IllegalArgumentException("no arity: " + text);
        }
        CommandRow row =
                new CommandRow(text.substring(0, nameEnd), arity(text, nameEnd + 1, arityEnd), handler, isBuiltIn);
        int routes = 0;
        for (int start = arityEnd + 1; start < text.length(); ) {
            int space = text.indexOf(' ', start);
            int end = space < 0 ? text.length() : space;
            routes += end > start && apply(row, text.substring(start, end)) ? 1 : 0;
            start = end + 1;
        }
        if (routes != 1) {
            throw new IllegalArgumentException((routes == 0 ? "no route: " : "several routes: ") + text);
        }
        return row;
    }

    private static int arity(String text, int start, int end) {
        try {
            return Integer.parseInt(text, start, end, 10);
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("no arity: " + text, wrong);
        }
    }

    /** Adds what a word says to the row. True when it is a route. */
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
            row.secrets = secrets(word.substring(SECRET.length()));
        } else if (word.startsWith(ROLE)) {
            throw unknown("role", word.substring(ROLE.length()), row);
        } else if (word.indexOf('=') > 0) {
            applyToRights(row, word);
        } else if (word.indexOf(':') >= 0) {
            row.keySpecs.add(keySpecs.computeIfAbsent(word, KeySpec::parse));
        } else {
            row.flags(flagLists.computeIfAbsent(word, list -> flags(list, row)));
        }
        return known instanceof Route;
    }

    /** Adds what the rules of users need. */
    private static void applyToRights(CommandRow row, String word) {
        String setting = word.substring(0, word.indexOf('=') + 1);
        String value = word.substring(setting.length());
        List<String> values = List.of(value.split(",", -1));
        switch (setting) {
            case "check=" -> row.checkedSpecs.add(KeySpec.parse(value));
            case "reads-with=" -> row.readingWords.addAll(values);
            case "writes-with=" -> row.writingWords.addAll(values);
            case "hides-with=" -> row.hidingWords.addAll(values);
            default -> throw unknown("setting", setting, row);
        }
    }

    private static Secrets secrets(String text) {
        if (Character.isDigit(text.charAt(0))) {
            return new Secrets(Integer.parseInt(text), List.of());
        }
        List<Secrets.Word> words = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            int plus = part.indexOf('+');
            words.add(new Secrets.Word(part.substring(0, plus), Integer.parseInt(part, plus + 1, part.length(), 10)));
        }
        return new Secrets(0, List.copyOf(words));
    }

    private Set<CommandFlag> flags(String list, CommandRow row) {
        Set<CommandFlag> named = EnumSet.noneOf(CommandFlag.class);
        for (int start = 0; start <= list.length(); ) {
            int comma = list.indexOf(',', start);
            int end = comma < 0 ? list.length() : comma;
            String name = list.substring(start, end);
            CommandFlag flag = flags.get(name);
            if (flag == null) {
                throw unknown("flag or trait", name, row);
            }
            named.add(flag);
            start = end + 1;
        }
        return named;
    }

    private static IllegalArgumentException unknown(String kind, String word, CommandRow row) {
        return new IllegalArgumentException("unknown " + kind + " '" + word + "' in the row of " + row.name);
    }
}
