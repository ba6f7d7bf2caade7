package io.cachee.style;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class HouseRulesTest {
    private static final int COLUMNS_MAX = 120;
    private static final Pattern EMPTY_NAME = Pattern.compile(".*(Impl|Manager|Utils?|Helper)(Test)?\\.java");
    private static final Pattern SLEEP = Pattern.compile("Thread\\.sleep|TimeUnit\\.\\w+\\.sleep|\\bparkNanos");
    private static final Pattern SWITCHED_OFF = Pattern.compile("@Disabled|@EnabledIf|@Ignore|\\bassum(e|ing)That\\(");

    @Test
    void linesStayWithin120Columns() throws IOException {
        assertThat(lines(file -> true, line -> line.length() > COLUMNS_MAX)).isEmpty();
    }

    @Test
    void typesAreNamedForWhatTheyAre() throws IOException {
        assertThat(Sources.java())
                .noneMatch(file ->
                        EMPTY_NAME.matcher(file.getFileName().toString()).matches());
    }

    @Test
    void testsDoNotSleep() throws IOException {
        assertThat(lines(HouseRulesTest::isTest, line -> SLEEP.matcher(line).find()))
                .isEmpty();
    }

    @Test
    void testsAreNotSwitchedOff() throws IOException {
        assertThat(lines(
                        HouseRulesTest::isTest,
                        line -> SWITCHED_OFF.matcher(line).find()))
                .isEmpty();
    }

    private static boolean isTest(Path file) {
        Path self = Path.of("style", "src", "test");
        return file.toString().contains("/src/test/")
                && !Sources.ROOT.relativize(file).startsWith(self);
    }

    private static List<String> lines(Predicate<Path> ofFile, Predicate<String> breaksTheRule) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Sources.java()) {
            if (!ofFile.test(file)) {
                continue;
            }
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (breaksTheRule.test(lines.get(i))) {
                    found.add(Sources.ROOT.relativize(file) + ":" + (i + 1) + ": "
                            + lines.get(i).strip());
                }
            }
        }
        return found;
    }
}
