package io.cachee.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values of flags in the environment and in the file; the environment comes first. The flag {@code --max-memory} is
 * {@code CACHEE_MAX_MEMORY} in the environment and {@code max-memory} in the file. Unknown names are refused in the
 * file; in the environment they may be meant for others, so there is only a warning.
 */
final class LayeredSource {
    private static final String PREFIX = "CACHEE_";
    /** The flag that names the file, which the file itself cannot set. */
    private static final String CONFIG = "config";
    /** Variables of the launcher, and of the commands that talk to a running cache. */
    private static final Set<String> NOT_FLAGS = Set.of("CACHEE_JAVA_HOME", "CACHEE_JAVA_OPTS", "CACHEE_PASSWORD");
    /** Variables by which Kubernetes describes a service named cachee to each pod of its namespace. */
    private static final Pattern OF_A_SERVICE =
            Pattern.compile("CACHEE_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\\d+_(TCP|UDP)(_.+)?)");

    private static final Pattern OF_A_SERVICES_PORT = Pattern.compile("(tcp|udp)://.*");

    private final Map<String, String> environment;
    private final Map<String, String> file;
    private final Map<String, Object> sections;
    /** Variables that are no flags, each with a suggestion. */
    private final List<String> unknown;

    private final @Nullable Path path;

    private LayeredSource(
            Map<String, String> environment,
            Map<String, String> file,
            Map<String, Object> sections,
            List<String> unknown,
            @Nullable Path path) {
        this.environment = environment;
        this.file = file;
        this.sections = sections;
        this.unknown = unknown;
        this.path = path;
    }

    /**
     * Reads the environment and the file.
     *
     * @param flags the names of all flags, without dashes in front
     * @param sections names in the file that are sections, not flags
     * @throws IllegalArgumentException naming what is unknown in the file
     */
    static LayeredSource read(
            Set<String> flags, Set<String> sections, Map<String, String> environment, @Nullable ConfigFile file) {
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
        unknown.sort(null);
        Map<String, String> fromFile = new LinkedHashMap<>();
        Map<String, Object> ofSections = new LinkedHashMap<>();
        if (file != null) {
            readFile(file, flags, sections, fromFile, ofSections);
        }
        return new LayeredSource(fromEnvironment, fromFile, ofSections, unknown, file == null ? null : file.path());
    }

    private static boolean isOthers(String name, String value) {
        return NOT_FLAGS.contains(name)
                || OF_A_SERVICE.matcher(name).matches()
                || name.endsWith("_PORT") && OF_A_SERVICES_PORT.matcher(value).matches();
    }

    private static void readFile(
            ConfigFile file,
            Set<String> flags,
            Set<String> sections,
            Map<String, String> values,
            Map<String, Object> ofSections) {
        file.document().forEach((key, value) -> {
            String name = String.valueOf(key);
            if (sections.contains(name)) {
                ofSections.put(name, value == null ? "" : value);
                return;
            }
            if (!flags.contains(name) || name.equals(CONFIG)) {
                throw new IllegalArgumentException(file.path() + ": unknown name '" + name + "'"
                        + (name.equals(CONFIG) ? "" : Suggestion.of(flags, name, known -> known)));
            }
            values.put(name, file.flagValue(name, value));
        });
    }

    private static String variable(String flag) {
        return PREFIX + flag.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The file, where that is what says something of a flag; otherwise null. */
    @Nullable
    Path fileOf(String flag) {
        return environment.containsKey(flag) || !file.containsKey(flag) ? null : path;
    }

    /** Variables of the environment that look like flags and are none, each with a suggestion. */
    List<String> unknown() {
        return unknown;
    }

    /** A section of the file, made of lists, maps and text; null if the file has none. */
    @Nullable
    Object section(String name) {
        return sections.get(name);
    }

    /** A flag's value, or null. */
    @Nullable
    String value(String flag) {
        String value = environment.get(flag);
        return value != null ? value : file.get(flag);
    }

    /** The source of a flag's value, for error messages; empty if there is no value. */
    String origin(String flag) {
        if (environment.containsKey(flag)) {
            return variable(flag) + " in the environment";
        }
        return file.containsKey(flag) ? "'" + flag + "' in " + path : "";
    }
}
