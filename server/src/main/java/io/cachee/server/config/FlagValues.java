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
 * The values of a command's flags. A value comes from the command line, else from the environment, else from the file
 * that {@code --config} names, else it is the default. Each error names the flag, the source of its value, and what is
 * wrong.
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
     * Reads the arguments, the environment and the file.
     *
     * @param table the flags
     * @param sections names in the file that are sections, not flags
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
     * The values with another content of the file.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public FlagValues with(ConfigFile changed) {
        return new FlagValues(this, changed);
    }

    /** The {@code --config} file as it was read; null without one. */
    public @Nullable ConfigFile file() {
        return file;
    }

    /** A section of the file, made of lists, maps and text; null if the file has none. */
    public @Nullable Object section(String name) {
        return layers.section(name);
    }

    /** Variables of the environment that look like flags and are none, each with a suggestion. */
    List<String> unknownVariables() {
        return layers.unknown();
    }

    /** The names of the flags whose values differ from {@code before}. */
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

    /** An argument without its value, which may be a secret after a misspelt flag. */
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

    /** Whether a flag has a value other than its default. */
    boolean isChanged(String name) {
        return !text(name).equals(flag(name).otherwise());
    }

    /** Whether a flag is on the command line, which everybody on the machine can read. */
    boolean isOnCommandLine(String name) {
        return given.containsKey(name);
    }

    /** The file that a flag's value comes from; null if it comes from elsewhere or is the default. */
    @Nullable
    Path fileOf(String name) {
        return given.containsKey(name) ? null : layers.fileOf(name);
    }

    /** A flag's value as text; empty if there is neither a value nor a default. */
    public String text(String name) {
        String value = given.get(name);
        if (value == null) {
            value = layers.value(name);
        }
        return value == null ? flag(name).otherwise() : value;
    }

    /** A flag's value as {@code parser} reads it; the parser's exception says what is wrong with the text. */
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

    /** A flag's value as a whole number within bounds. */
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

    /** A flag's value as a whole number within bounds. */
    public int integer(String name, int least, int most) {
        return (int) number(name, least, most);
    }

    /** A flag's value as yes or no; {@code true}, {@code on}, {@code false} and {@code off} are accepted as well. */
    boolean yesNo(String name) {
        return parsed(name, text -> {
            if (!isYesOrNo(text)) {
                throw new IllegalArgumentException("'" + text + "' is neither yes nor no");
            }
            return YES.contains(text.toLowerCase(Locale.ROOT));
        });
    }

    /** A flag's value as a path; null if it is empty. */
    public @Nullable Path path(String name) {
        String text = text(name);
        return text.isEmpty() ? null : Path.of(text);
    }

    /** A flag's value as a list, separated by commas. */
    public List<String> list(String name) {
        return List.of(text(name).split(",", -1)).stream()
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }
}
