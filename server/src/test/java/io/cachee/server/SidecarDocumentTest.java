package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.config.Flag;
import io.cachee.server.config.FlagValues;
import io.cachee.server.config.StartOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SidecarDocumentTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void listsEveryFlagWithItsDefault() throws IOException {
        String document = Files.readString(Path.of("../docs/sidecar.md"));
        List<String> listed = new ArrayList<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `--([a-z0-9-]+)` \\| ([^|]+) \\|").matcher(document);
        while (row.find() && !listed.contains(row.group(1))) {
            listed.add(row.group(1));
            Flag flag = StartOptions.FLAGS.stream()
                    .filter(each -> each.name().equals(row.group(1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no flag " + row.group(1)));
            if (!flag.otherwise().isEmpty()) {
                assertThat(row.group(2)).as(flag.name()).isEqualTo(flag.otherwise());
            }
        }
        assertThat(listed)
                .containsExactlyElementsOf(
                        StartOptions.FLAGS.stream().map(Flag::name).toList());
    }

    @Test
    void itsExampleOfAFileCanBeRead() throws IOException {
        String document = Files.readString(Path.of("../docs/sidecar.md"));
        Matcher example = Pattern.compile("(?s)A file:\n\n(.*?)\n\n").matcher(document);
        assertThat(example.find()).isTrue();
        Path file = Files.writeString(
                directory.resolve("cachee.yaml"), example.group(1).stripIndent());
        FlagValues values = new FlagValues(StartOptions.FLAGS, Set.of(), List.of("--config=" + file), Map.of());
        assertThat(values.list("bind")).containsExactly("127.0.0.1", "::1");
    }
}
