package io.cachee.server.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/**
 * What was said of the flags that are not on the command line: the environment before the file. A flag
 * {@code --max-memory} is {@code CACHEE_MAX_MEMORY} in the environment and {@code max-memory} in the file. Names that
 * are no flag's are refused in both.
 */
public final class LayeredSource {
    private static final String PREFIX = "CACHEE_";
    /** Names the file, so it means nothing within. */
    private static final String CONFIG = "config";
    /** For the launcher. */
    private static final Set<String> NOT_FLAGS = Set.of("CACHEE_JAVA_HOME", "CACHEE_JAVA_OPTS");
    /** Kubernetes describes a service named cachee to each pod of its namespace like this. */
    private static final Pattern OF_A_SERVICE =
            Pattern.compile("CACHEE_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\\d+_(TCP|UDP)(_.+)?)");

    private static final Pattern OF_A_SERVICES_PORT = Pattern.compile("(tcp|udp)://.*");
    private static final int MOST_FILE_BYTES = 1 << 20;

    private final Map<String, String> environment;
    private final Map<String, String> file;
    private final @Nullable Path path;

    private LayeredSource(Map<String, String> environment, Map<String, String> file, @Nullable Path path) {
        this.environment = environment;
        this.file = file;
        this.path = path;
    }

    /**
     * Reads both.
     *
     * @param flags the names of all flags, without dashes in front
     * @param sections names in the file that are no flags but begin sections of their own
     * @throws IllegalArgumentException naming what is unknown
     */
    public static LayeredSource read(
            Set<String> flags, Set<String> sections, Map<String, String> environment, @Nullable Path path)
            throws IOException {
        Map<String, String> fromEnvironment = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX) && !isOthers(name, value)) {
                String flag =
                        name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
                if (flags.contains(flag)) {
                    fromEnvironment.put(flag, value);
                } else {
                    unknown.add(name + Suggestion.of(flags, flag, LayeredSource::variable));
                }
            }
        });
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown in the environment: " + String.join(", ", new TreeSet<>(unknown)));
        }
        Map<String, String> fromFile = path == null ? Map.of() : readFile(path, flags, sections);
        return new LayeredSource(fromEnvironment, fromFile, path);
    }

    private static boolean isOthers(String name, String value) {
        return NOT_FLAGS.contains(name)
                || OF_A_SERVICE.matcher(name).matches()
                || name.endsWith("_PORT") && OF_A_SERVICES_PORT.matcher(value).matches();
    }

    private static Map<String, String> readFile(Path path, Set<String> flags, Set<String> sections) throws IOException {
        if (Files.size(readable(path)) > MOST_FILE_BYTES) {
            throw new IllegalArgumentException(path + " is larger than " + MOST_FILE_BYTES + " bytes");
        }
        Object document = parse(path);
        Map<String, String> values = new LinkedHashMap<>();
        if (document == null || "".equals(document)) {
            return values;
        }
        if (!(document instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(path + ": names with values are expected");
        }
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (!sections.contains(name)) {
                if (!flags.contains(name) || name.equals(CONFIG)) {
                    throw new IllegalArgumentException(path + ": unknown name '" + name + "'"
                            + (name.equals(CONFIG) ? "" : Suggestion.of(flags, name, known -> known)));
                }
                values.put(name, text(path, name, value));
            }
        });
        return values;
    }

    /**
     * The document, with all its scalars as text: what a value means is the flag's business, and a password of digits
     * is no number. Messages quote nothing of the file, for a password may stand there.
     */
    private static @Nullable Object parse(Path path) throws IOException {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(path.toString())
                .setSchema(new TextSchema())
                .build();
        try {
            return new Load(settings).loadFromString(Files.readString(path));
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark()
                    .map(mark -> " in line " + (mark.getLine() + 1))
                    .orElse("");
            throw new IllegalArgumentException(path + " is no YAML: " + e.getProblem() + line, e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(path + " is no YAML", e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(path + " is no text in UTF-8", e);
        }
    }

    private static final class TextSchema extends JsonSchema {
        @Override
        public ScalarResolver getScalarResolver() {
            return (_, _) -> Tag.STR;
        }
    }

    private static Path readable(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new NoSuchFileException(path.toString(), null, "there is no such file");
        }
        if (!Files.isReadable(path)) {
            throw new AccessDeniedException(path.toString(), null, "this user may not read it");
        }
        return path;
    }

    private static String text(Path path, String name, @Nullable Object value) {
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return String.join(",", list.stream().map(String::valueOf).toList());
        }
        if (!(value instanceof String string)) {
            throw new IllegalArgumentException(path + ": '" + name + "' needs a value");
        }
        return string;
    }

    private static String variable(String flag) {
        return PREFIX + flag.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The file, where that is what says something of a flag; otherwise null. */
    @Nullable
    Path fileOf(String flag) {
        return environment.containsKey(flag) || !file.containsKey(flag) ? null : path;
    }

    /** What is said of a flag, or null. */
    public @Nullable String value(String flag) {
        String value = environment.get(flag);
        return value != null ? value : file.get(flag);
    }

    /** Where that was said, for errors; empty when it was said nowhere. */
    public String origin(String flag) {
        if (environment.containsKey(flag)) {
            return variable(flag) + " in the environment";
        }
        return file.containsKey(flag) ? "'" + flag + "' in " + path : "";
    }
}
