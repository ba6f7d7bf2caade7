package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.config.Flag;
import io.cachee.server.config.StartOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SidecarDocumentTest {
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
}
