package io.cachee.server.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/**
 * The {@code --config} file as it was at one moment. Error messages quote only names from it, because it may contain a
 * password.
 *
 * @param path of the file
 * @param text its content
 */
public record ConfigFile(Path path, String text) {
    private static final int MOST_BYTES = 1 << 20;

    /** Reads the file. */
    public static ConfigFile read(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "there is no such file");
        }
        RegularFile.check(path);
        if (!Files.isReadable(path)) {
            throw new AccessDeniedException(path.toString(), null, "this user may not read it");
        }
        if (Files.size(path) > MOST_BYTES) {
            throw new IllegalArgumentException(path + " is larger than " + MOST_BYTES + " bytes");
        }
        try {
            return new ConfigFile(path, Files.readString(path));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(path + " is no text in UTF-8", e);
        }
    }

    /**
     * The names in the file with their values. All scalars are text: the flag decides what a value means, and a
     * password of digits is not a number.
     */
    Map<?, ?> document() {
        Object document = parse();
        if (document == null || "".equals(document)) {
            return Map.of();
        }
        if (!(document instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(path + ": names with values are expected");
        }
        return map;
    }

    private @Nullable Object parse() {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(path.toString())
                .setSchema(new TextSchema())
                .build();
        try {
            return new Load(settings).loadFromString(text);
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark()
                    .map(mark -> " in line " + (mark.getLine() + 1))
                    .orElse("");
            throw new IllegalArgumentException(path + " is no YAML: " + e.getProblem() + line, e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(path + " is no YAML", e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException(path + ": nested too deeply", e);
        }
    }

    /** The value of a flag as it would be written on the command line. */
    String flagValue(String name, @Nullable Object value) {
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return String.join(",", list.stream().map(String::valueOf).toList());
        }
        if (!(value instanceof String string)) {
            throw new IllegalArgumentException(path + ": '" + name + "' needs a value");
        }
        return string;
    }

    /** The path only, so that the content cannot leak. */
    @Override
    public String toString() {
        return path.toString();
    }

    private static final class TextSchema extends JsonSchema {
        @Override
        public ScalarResolver getScalarResolver() {
            return (_, _) -> Tag.STR;
        }
    }
}
