package io.cachee.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlagValuesTest {
    private static final List<Flag> FLAGS = List.of(
            Flag.of("port", "PORT", "6380", "Where."),
            Flag.of("max-memory", "SIZE", "", "How much."),
            Flag.of("offset", "N", "5", "How far."),
            Flag.of("names", "NAME,...", "", "Who."),
            Flag.yesNo("fast", "no", "How."),
            Flag.of("config", "FILE", "", "A file."));

    @TempDir
    private Path directory = Path.of("");

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("cachee.yaml"), content);
    }

    private static FlagValues values(Map<String, String> environment, String... arguments) throws IOException {
        return new FlagValues(FLAGS, Set.of("keyspaces"), List.of(arguments), environment);
    }

    private static FlagValues values(String... arguments) throws IOException {
        return values(Map.of(), arguments);
    }

    private FlagValues ofFile(String content) throws IOException {
        return values("--config=" + file(content));
    }

    private static void refuses(ThrowingCallable action, String... parts) {
        assertThatThrownBy(action)
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(parts);
    }

    @Test
    void takesValuesBehindAnEqualsSignOrASpace() throws IOException {
        FlagValues values = values("--port=1", "--max-memory", "5mb", "--names=a, b,,c=d", "--offset", "-3");
        assertThat(values.integer("port", 0, 9)).isEqualTo(1);
        assertThat(values.text("max-memory")).isEqualTo("5mb");
        assertThat(values.list("names")).containsExactly("a", "b", "c=d");
        assertThat(values.integer("offset", -9, 9)).isEqualTo(-3);
    }

    @Test
    void takesSwitchesAloneAndWithAWord() throws IOException {
        assertThat(values().yesNo("fast")).isFalse();
        assertThat(values("--fast").yesNo("fast")).isTrue();
        assertThat(values("--fast", "--port=1").yesNo("fast")).isTrue();
        for (String yes : List.of("yes", "true", "on", "YES")) {
            assertThat(values("--fast=" + yes).yesNo("fast")).isTrue();
            assertThat(values("--fast", yes).yesNo("fast")).isTrue();
        }
        for (String no : List.of("no", "false", "off", "No")) {
            assertThat(values("--fast=" + no).yesNo("fast")).isFalse();
            assertThat(values("--fast", no).yesNo("fast")).isFalse();
        }
        refuses(() -> values("--fast=perhaps").yesNo("fast"), "--fast", "'perhaps' is neither yes nor no");
    }

    @Test
    void prefersTheCommandLineToTheEnvironmentToTheFileToTheDefault() throws IOException {
        String config = "--config=" + file("port: 3\n");
        Map<String, String> environment = Map.of("CACHEE_PORT", "2");
        assertThat(values(environment, config, "--port=1").integer("port", 0, 9))
                .isEqualTo(1);
        assertThat(values(environment, config).integer("port", 0, 9)).isEqualTo(2);
        assertThat(values(config).integer("port", 0, 9)).isEqualTo(3);
        assertThat(values().integer("port", 0, 9999)).isEqualTo(6380);
    }

    @Test
    void findsTheFileByTheEnvironment() throws IOException {
        Map<String, String> environment =
                Map.of("CACHEE_CONFIG", file("max-memory: 7mb\n").toString());
        assertThat(values(environment).text("max-memory")).isEqualTo("7mb");
    }

    @Test
    void saysWhereAWrongValueWasGiven() throws IOException {
        refuses(() -> values("--port=99").integer("port", 0, 9), "--port: 99 is outside 0..9");
        refuses(() -> values("--port=x").integer("port", 0, 9), "--port: 'x' is no whole number");
        refuses(() -> values("--port=1.5").integer("port", 0, 9), "no whole number");
        refuses(() -> values("--port=99999999999999999999").integer("port", 0, 9), "no whole number");
        refuses(
                () -> values(Map.of("CACHEE_PORT", "x")).integer("port", 0, 9),
                "--port (CACHEE_PORT in the environment): 'x'");
        FlagValues fromFile = ofFile("port: x");
        refuses(() -> fromFile.integer("port", 0, 9), "--port ('port' in ", "cachee.yaml): 'x'");
        refuses(() -> values("--max-memory=5tb").parsed("max-memory", MemorySize::parse), "--max-memory: '5tb'");
    }

    @Test
    void refusesUnknownNamesAndSuggestsTheNearest() throws IOException {
        refuses(() -> values("--prot=1"), "unknown flag '--prot'; did you mean --port?");
        refuses(() -> values("--max=1"), "unknown flag '--max'; did you mean --max-memory?");
        assertThatThrownBy(() -> values("--colour=1")).hasMessage("unknown flag '--colour'");
        assertThatThrownBy(() -> values("--")).hasMessage("unknown flag '--'");
        // The environment is shared with others, so what is unknown there is no reason to refuse.
        assertThat(values(Map.of("CACHEE_MAX_MEMROY", "1", "CACHEE_PASSWORD", "for top and report"))
                        .unknownVariables())
                .containsExactly("CACHEE_MAX_MEMROY; did you mean CACHEE_MAX_MEMORY?");
        refuses(() -> ofFile("prot: 1"), "cachee.yaml: unknown name 'prot'; did you mean port?");
        refuses(() -> ofFile("config: other.yaml"), "cachee.yaml: unknown name 'config'");
        assertThat(ofFile("keyspaces:\n  user: {ttl: 5s}\nport: 1\n").text("port"))
                .isEqualTo("1");
    }

    @Test
    void refusesWhatIsGivenTwiceOrWithoutAValue() {
        refuses(() -> values("--port=1", "--port=2"), "--port is given twice");
        refuses(() -> values("--port=1", "--port", "1"), "--port is given twice");
        refuses(() -> values("--fast", "--fast"), "--fast is given twice");
        refuses(() -> values("--port"), "--port needs a value: PORT");
        refuses(() -> values("--port", "--fast"), "--port needs a value: PORT");
        refuses(() -> ofFile("port: 1\nport: 2\n"), "cachee.yaml is no YAML", "port", "in line 2");
        refuses(() -> ofFile("port: {a: 1}"), "cachee.yaml: 'port' needs a value");
        refuses(() -> ofFile("names: [a, [b]]"), "cachee.yaml: 'names' needs a value");
    }

    @Test
    void repeatsNothingOfAnUnexpectedArgumentThatMayBeASecret() {
        refuses(() -> values("port=1"), "unexpected argument 'port'");
        assertThatThrownBy(() -> values("requirepass=geheim")).message().doesNotContain("geheim");
        assertThatThrownBy(() -> values("--requirepas=geheim")).message().doesNotContain("geheim");
        assertThatThrownBy(() -> ofFile("port: 1\nnames: 'geheim\n")).message().doesNotContain("geheim");
        assertThatThrownBy(() -> ofFile("names: geheim: 5\n")).message().doesNotContain("geheim");
    }

    @Test
    void takesTheFilesScalarsAsTheyAreWritten() throws IOException {
        FlagValues values = ofFile("max-memory: 1e5\nport: 0660\nnames: [a, 007]\nfast: yes\n");
        assertThat(values.text("max-memory")).isEqualTo("1e5");
        assertThat(values.text("port")).isEqualTo("0660");
        assertThat(values.list("names")).containsExactly("a", "007");
        assertThat(values.yesNo("fast")).isTrue();
    }

    @Test
    void refusesFilesThatAreNoMapsOfNames() throws IOException {
        assertThat(ofFile("").text("port")).isEqualTo("6380");
        assertThat(ofFile("# nothing\n").text("port")).isEqualTo("6380");
        refuses(() -> ofFile("- port\n"), "cachee.yaml: names with values are expected");
        refuses(() -> ofFile("port"), "cachee.yaml: names with values are expected");
        refuses(() -> ofFile("port: ["), "cachee.yaml is no YAML", "line");
        refuses(() -> ofFile("port: 1\n---\nport: 2\n"), "cachee.yaml is no YAML");
        refuses(() -> ofFile("#" + "x".repeat(1 << 20)), "cachee.yaml is larger than 1048576 bytes");
        Path latin = Files.write(directory.resolve("latin.yaml"), new byte[] {'a', (byte) 0xe9, 'b'});
        refuses(() -> values("--config=" + latin), "latin.yaml is no text in UTF-8");
        assertThatThrownBy(() -> values("--config=" + directory.resolve("absent")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("absent: there is no such file");
        assertThatThrownBy(() -> values("--config=" + directory)).hasMessageContaining("not a regular file");
    }

    @Test
    void doesNotMistakeKubernetesVariablesForFlags() throws IOException {
        Map<String, String> ofServices = Map.of(
                "CACHEE_PORT", "tcp://10.0.0.1:6380",
                "CACHEE_SERVICE_HOST", "10.0.0.1",
                "CACHEE_SERVICE_PORT", "6380",
                "CACHEE_SERVICE_PORT_RESP", "6380",
                "CACHEE_PORT_6380_TCP", "tcp://10.0.0.1:6380",
                "CACHEE_PORT_6380_TCP_ADDR", "10.0.0.1",
                "CACHEE_METRICS_SERVICE_HOST", "10.0.0.2",
                "CACHEE_METRICS_PORT", "udp://10.0.0.2:9090",
                "CACHEE_JAVA_OPTS", "-Xint",
                "PATH", "/bin");
        assertThat(values(ofServices).text("port")).isEqualTo("6380");
        assertThat(values(Map.of("CACHEE_PORT", "7000")).text("port")).isEqualTo("7000");
    }

    @Test
    void listsEachFlagWithinAHundredColumns() {
        String help = FlagHelp.format(FLAGS);
        assertThat(help).contains("--port=PORT", "--fast[=yes|no]", "Default: 6380");
        assertThat(help.lines()).allMatch(line -> line.length() <= 100);
    }
}
