package io.cachee.server.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The values of a command's flags: from the command line, else the environment, else the file that {@code --config}
 * names, else their defaults. Each error says which flag is wrong, where that was said, and why.
 */
public final class FlagValues {
    private static final String DASHES = "--";
    private static final String CONFIG = "config";
    private static final Set<String> YES = Set.of("yes", "true", "on");
    private static final Set<String> NO = Set.of("no", "false", "off");

    private final Map<String, Flag> flags = new LinkedHashMap<>();
    private final Map<String, String> given = new LinkedHashMap<>();
    private final Set<String> sections;
    private final Map<String, String> environment;
    private final @Nullable ConfigFile file;
    private final LayeredSource layers;

    /**
     * Reads the arguments and what else there is.
     *
     * @param table the flags
     * @param sections names in the file that begin sections of their own
     * @throws IllegalArgumentException saying what is wrong
     */
    public FlagValues(List<Flag> table, Set<String> sections, List<String> arguments, Map<String, String> environment)
            throws IOException {
        for (Flag flag : table) {
            flags.put(flag.name(), flag);
        }
        parse(arguments);
        this.sections = sections;
        this.environment = environment;
        String path = given.getOrDefault(CONFIG, environment.getOrDefault("CACHEE_CONFIG", ""));
        this.file = path.isEmpty() ? null : ConfigFile.read(Path.of(path));
        this.layers = LayeredSource.read(flags.keySet(), sections, environment, file);
    }

    private FlagValues(FlagValues before, ConfigFile file) {
        flags.putAll(before.flags);
        given.putAll(before.given);
        this.sections = before.sections;
        this.environment = before.environment;
        this.file = file;
        this.layers = LayeredSource.read(flags.keySet(), sections, environment, file);
    }

    /**
     * The values with something else in the file.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public FlagValues with(ConfigFile changed) {
        return new FlagValues(this, changed);
    }

    /** The file that {@code --config} names, as it was read; null without one. */
    public @Nullable ConfigFile file() {
        return file;
    }

    /** A section of the file: lists, maps and text. Null when it is not there. */
    public @Nullable Object section(String name) {
        return layers.section(name);
    }

    /** The names of those flags whose values differ from what they were. */
    public List<String> changedSince(FlagValues before) {
        return flags.keySet().stream()
                .filter(name -> !text(name).equals(before.text(name)))
                .toList();
    }

    private void parse(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith(DASHES)) {
                throw new IllegalArgumentException("unexpected argument '" + withoutValue(argument) + "'");
            }
            int equals = argument.indexOf('=');
            String name = argument.substring(DASHES.length(), equals < 0 ? argument.length() : equals);
            Flag flag = flags.get(name);
            if (flag == null) {
                throw new IllegalArgumentException(
                        "unknown flag '" + DASHES + name + "'" + Suggestion.of(flags.keySet(), name, DASHES::concat));
            }
            boolean followed = i + 1 < arguments.size() && !arguments.get(i + 1).startsWith(DASHES);
            String value;
            if (equals >= 0) {
                value = argument.substring(equals + 1);
            } else if (flag.alone() != null) {
                value = followed && isYesOrNo(arguments.get(i + 1)) ? arguments.get(++i) : flag.alone();
            } else if (followed) {
                value = arguments.get(++i);
            } else {
                throw new IllegalArgumentException(DASHES + name + " needs a value: " + flag.parameter());
            }
            if (given.put(name, value) != null) {
                throw new IllegalArgumentException(DASHES + name + " is given twice");
            }
        }
    }

    /** What follows an equals sign may be a secret whose flag was misspelt. */
    private static String withoutValue(String argument) {
        int equals = argument.indexOf('=');
        return equals < 0 ? argument : argument.substring(0, equals);
    }

    private static boolean isYesOrNo(String word) {
        return YES.contains(word.toLowerCase(Locale.ROOT)) || NO.contains(word.toLowerCase(Locale.ROOT));
    }

    private Flag flag(String name) {
        Flag flag = flags.get(name);
        if (flag == null) {
            throw new IllegalStateException("no flag is named " + name);
        }
        return flag;
    }

    /** Whether it was said on the command line, where everybody can read it. */
    public boolean isOnCommandLine(String name) {
        return given.containsKey(name);
    }

    /** The file that a flag's value comes from; null when it was said elsewhere or nowhere. */
    public @Nullable Path fileOf(String name) {
        return given.containsKey(name) ? null : layers.fileOf(name);
    }

    /** A flag's value as text; empty when nothing was said and there is no default. */
    public String text(String name) {
        String value = given.get(name);
        if (value == null) {
            value = layers.value(name);
        }
        return value == null ? flag(name).otherwise() : value;
    }

    /** A flag's value, made of the text by {@code parser}, which says in an exception what is wrong with it. */
    public <T> T parsed(String name, Function<String, T> parser) {
        try {
            return parser.apply(text(name));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(where(name) + ": " + wrong.getMessage(), wrong);
        }
    }

    private String where(String name) {
        String origin = given.containsKey(name) ? "" : layers.origin(name);
        return DASHES + name + (origin.isEmpty() ? "" : " (" + origin + ")");
    }

    /** A whole number. */
    public long number(String name, long least, long most) {
        return parsed(name, text -> {
            if (!text.matches("-?\\d{1,18}")) {
                throw new IllegalArgumentException("'" + text + "' is no whole number");
            }
            long value = Long.parseLong(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException(value + " is outside " + least + ".." + most);
            }
            return value;
        });
    }

    /** A whole number. */
    public int integer(String name, int least, int most) {
        return (int) number(name, least, most);
    }

    /** {@code yes} or {@code no}, {@code true} or {@code false}. */
    public boolean yesNo(String name) {
        return parsed(name, text -> {
            if (!isYesOrNo(text)) {
                throw new IllegalArgumentException("'" + text + "' is neither yes nor no");
            }
            return YES.contains(text.toLowerCase(Locale.ROOT));
        });
    }

    /** A path, or null when nothing was said. */
    public @Nullable Path path(String name) {
        String text = text(name);
        return text.isEmpty() ? null : Path.of(text);
    }

    /** A list, separated by commas. */
    public List<String> list(String name) {
        return List.of(text(name).split(",", -1)).stream()
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }
}
