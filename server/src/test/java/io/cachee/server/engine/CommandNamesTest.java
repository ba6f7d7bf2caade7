package io.cachee.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.command.CommandFamilies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A command's row says everything about it, so no other code asks for a command's name. This test reads the sources as
 * text, without comments and text blocks (the rows are text blocks), and looks for names of commands in the places
 * where code compares strings. Names that are sent to L2 and options of a request stand in other places.
 */
final class CommandNamesTest {
    private static final List<Path> SOURCES =
            List.of(Path.of("src/main/java"), Path.of("..", "nearcache", "src/main/java"));

    private static final Set<String> CONFIRMATIONS =
            Set.of("subscribe", "unsubscribe", "psubscribe", "punsubscribe", "sunsubscribe", "ssubscribe");

    /** Words that are also names of commands, by the class that compares something else with them. */
    private static final Map<String, Set<String>> OTHER_WORDS = Map.ofEntries(
            // Types of clients, as CLIENT LIST and the limits of output buffers name them.
            Map.entry("ClientTypes", Set.of("pubsub")),
            Map.entry("Parameter", Set.of("pubsub")),
            // Sections and fields of INFO.
            Map.entry("InfoText", Set.of("cluster", "memory", "role", "pubsub")),
            // The flag that names the configuration file.
            Map.entry("FlagValues", Set.of("config")),
            Map.entry("LayeredSource", Set.of("config")),
            // A rule of ACL SETUSER.
            Map.entry("RulesEditor", Set.of("reset")),
            // What an entry of ACL LOG is about.
            Map.entry("Denial", Set.of("command", "auth")),
            // What the load generator sends to a server.
            Map.entry("LoadGenerator", Set.of("mset")),
            // Kinds of messages that L2 sends.
            Map.entry("ExpectedReplies", CONFIRMATIONS),
            Map.entry("PubSubFrame", CONFIRMATIONS));

    /** The table itself, and the rules of users, which are written in names that clients choose. */
    private static final Set<String> KNOW_NAMES =
            Set.of("CommandRow", "CommandTable", "RuleSelector", "SelectorEditor");

    private static final Set<String> NAMES = names();

    /** A string literal, whose text is the only group. */
    private static final String LITERAL = "\"((?:[^\"\\\\\\n]|\\\\.)*)\"";

    private static final Pattern COMMENT_OR_TEXT = Pattern.compile(
            "(\"\"\".*?(?<!\\\\)\"\"\")|(\"(?:[^\"\\\\\\n]|\\\\.)*\")|('(?:[^'\\\\\\n]|\\\\.)')|/\\*.*?\\*/|//[^\\n]*",
            Pattern.DOTALL);

    private static final String COMMANDS_NAME = "\\b(?:command|row)(?:\\(\\))?\\s*\\.\\s*name\\b(?:\\(\\))?";

    /** {@code command.name.equals(other)}, {@code switch (command.name)} and {@code NAMES.contains(row.name)}. */
    private static final Pattern COMPARED_NAME = Pattern.compile(COMMANDS_NAME
            + "\\s*\\.\\s*(?:equals\\w*|contentEquals|startsWith|endsWith|contains|matches|compareTo)\\s*\\("
            + "|\\bswitch\\s*\\([^{]*"
            + COMMANDS_NAME
            + "|\\.\\s*(?:equals\\w*|contains)\\s*\\(\\s*(?:\\w+\\.)*"
            + COMMANDS_NAME);

    private static final Pattern COMPARISON = Pattern.compile(
            "\\.\\s*(?:equals|equalsIgnoreCase|contentEquals|contains|containsKey|matches|put|putIfAbsent|add)"
                    + "\\s*\\(\\s*" + LITERAL + "\\s*[,)]");
    private static final Pattern REVERSED =
            Pattern.compile(LITERAL + "\\s*\\.\\s*(?:equals|equalsIgnoreCase|contentEquals)\\s*\\(");
    private static final Pattern START = Pattern.compile("\\.\\s*(?:startsWith|regionMatches)\\s*\\(\\s*" + LITERAL);
    private static final Pattern END = Pattern.compile("\\.\\s*endsWith\\s*\\(\\s*" + LITERAL);
    /** What a label of a switch or a collection consists of: literals, and what stands between them. */
    private static final Pattern LABELS = Pattern.compile("\\bcase\\s+((?:" + LITERAL + "\\s*,?\\s*)+)(?:->|:)");

    private static final Pattern COLLECTION =
            Pattern.compile("\\b(?:Set|Map|Map\\.entry|entry)\\s*(?:\\.\\s*(?:of|ofEntries|entry))?\\s*\\(([^;{}]*)");
    private static final Pattern CONSTANT = Pattern.compile("\\bString\\s+[A-Z_]+\\s*=\\s*" + LITERAL + "\\s*;");
    private static final Pattern ANY_LITERAL = Pattern.compile(LITERAL);

    private static Set<String> names() {
        Set<String> names = new HashSet<>();
        for (Command command : CommandFamilies.rows().table().commands()) {
            names.add(command.name);
        }
        return names;
    }

    @Test
    void noCodeOutsideTheTableAsksForACommandsName() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path root : SOURCES) {
            for (Path file : javaFiles(root)) {
                String type = file.getFileName().toString().replace(".java", "");
                Set<String> others = OTHER_WORDS.getOrDefault(type, Set.of());
                boolean mayCompare = KNOW_NAMES.contains(type);
                namesIn(Files.readString(file)).stream()
                        .filter(name -> !others.contains(name))
                        .filter(name -> !mayCompare || NAMES.contains(name) && !type.startsWith("Command"))
                        .forEach(name -> found.add(type + ": " + name));
            }
        }
        assertThat(found).as("names of commands outside the table").isEmpty();
    }

    @Test
    void findsComparisonsWithNames() {
        assertThat(namesIn("if (command.name.equals(\"exec\")) {}")).contains("exec");
        assertThat(namesIn("if (\"EXEC\".equalsIgnoreCase(name)) {}")).contains("exec");
        assertThat(namesIn("if (name\n    .equals(\"client|list\")) {}")).contains("client|list");
        assertThat(namesIn("return name.startsWith(\"cachee.\");")).contains("cachee.");
        assertThat(namesIn("return name.endsWith(\"subscribe\");")).contains("subscribe");
        assertThat(namesIn("private static final Set<String> A = Set.of(\"multi\", \"watch\");"))
                .contains("multi", "watch");
        assertThat(namesIn("Map<String, Integer> A = Map.of(\"get\", 1, other(), 2, \"set\", 2);"))
                .contains("get", "set");
        assertThat(namesIn("Map.ofEntries(Map.entry(\"get\", 1))")).contains("get");
        assertThat(namesIn("names.add(\"get\"); byName.put(\"set\", 1);")).contains("get", "set");
        assertThat(namesIn("switch (command.name) { default -> {} }")).isNotEmpty();
        assertThat(namesIn("switch (call.command().name) { default -> {} }")).isNotEmpty();
        assertThat(namesIn("switch (word) { case \"a\", \"exec\" -> {} }")).contains("exec");
        assertThat(namesIn("NAMES.contains(request.command.name)")).isNotEmpty();
        assertThat(namesIn("command.name.equals(EXEC)")).isNotEmpty();
        assertThat(namesIn("static final String EXEC = \"exec\";")).contains("exec");
    }

    @Test
    void overlooksWhatIsNoComparison() {
        assertThat(namesIn("// command.name.equals(\"exec\")")).isEmpty();
        assertThat(namesIn("/** {@code Set.of(\"multi\")} */")).isEmpty();
        assertThat(namesIn("rows.add(\"\"\"\n    get 2 readonly\n    \"\"\");")).isEmpty();
        assertThat(namesIn("l2.send(RequestEncoder.bytes(\"GET\", key));")).isEmpty();
        assertThat(namesIn("byte[] exec = \"exec\".getBytes(UTF_8);")).isEmpty();
        assertThat(namesIn("if (request.is(2, \"get\")) {}")).isEmpty();
        assertThat(namesIn("if (text.equals(\"nothing\")) {}")).isEmpty();
        assertThat(namesIn("String a = \"// \" + \"/*\"; x.equals(\"nothing\");"))
                .isEmpty();
    }

    private static List<Path> javaFiles(Path root) throws IOException {
        assertThat(root)
                .as("the sources below %s; this test runs in the folder of its module", root.toAbsolutePath())
                .isDirectory();
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
            assertThat(found).as("Java files below %s", root.toAbsolutePath()).isNotEmpty();
            return found;
        }
    }

    /** The names of commands that a source compares with, or the comparison itself where it has no literal. */
    private static Set<String> namesIn(String source) {
        String code = COMMENT_OR_TEXT
                .matcher(source)
                .replaceAll(match -> match.group(2) != null || match.group(3) != null
                        ? Matcher.quoteReplacement(match.group())
                        : " ");
        Set<String> found = new HashSet<>();
        COMPARED_NAME.matcher(code).results().map(MatchResult::group).forEach(found::add);
        Predicate<String> isName = NAMES::contains;
        for (Pattern pattern : List.of(COMPARISON, REVERSED, CONSTANT)) {
            collect(pattern, code, isName, found);
        }
        collect(START, code, text -> isPartOf(text, name -> name.startsWith(text)), found);
        collect(END, code, text -> isPartOf(text, name -> name.endsWith(text)), found);
        for (Pattern pattern : List.of(LABELS, COLLECTION)) {
            Matcher matcher = pattern.matcher(code);
            while (matcher.find()) {
                collect(ANY_LITERAL, matcher.group(1), isName, found);
            }
        }
        return found;
    }

    private static boolean isPartOf(String text, Predicate<String> name) {
        return text.length() > 1 && NAMES.stream().anyMatch(name);
    }

    private static void collect(Pattern pattern, String code, Predicate<String> isName, Set<String> found) {
        Matcher matcher = pattern.matcher(code);
        while (matcher.find()) {
            String text = matcher.group(1).toLowerCase(Locale.ROOT);
            if (isName.test(text)) {
                found.add(text);
            }
        }
    }
}
