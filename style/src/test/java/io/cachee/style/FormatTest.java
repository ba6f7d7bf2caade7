package io.cachee.style;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The formatter runs as a test because it needs the JDK that understands the sources, which is the one that runs tests;
 * Maven's own may be older. With {@code -Dformat} it rewrites the files instead.
 */
final class FormatTest {
    private static final boolean REWRITE = System.getProperty("format") != null;

    private final Formatter formatter = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());

    @Test
    void everyFileIsFormatted() throws IOException, FormatterException {
        List<Path> unformatted = new ArrayList<>();
        for (Path file : Sources.java()) {
            String source = Files.readString(file);
            String formatted = format(file, source);
            if (source.equals(formatted)) {
                continue;
            }
            if (REWRITE) {
                Files.writeString(file, formatted);
            } else {
                unformatted.add(Sources.ROOT.relativize(file));
            }
        }
        assertThat(unformatted)
                .as("files to be formatted by ./mvnw -q -pl style test -Dformat")
                .isEmpty();
    }

    private String format(Path file, String source) throws FormatterException {
        try {
            return formatter.formatSourceAndFixImports(source);
        } catch (FormatterException e) {
            throw new FormatterException(Sources.ROOT.relativize(file) + ": " + e.getMessage());
        }
    }
}
