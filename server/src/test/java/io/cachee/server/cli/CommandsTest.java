package io.cachee.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.server.config.MemorySize;
import io.cachee.store.PutMode;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a user gives them: output, errors, exit codes. */
class CommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory = Path.of("");

    private int run(String... arguments) {
        return RootCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** Two keys in turn, then many once: every policy with room for two hundred hits on the two. */
    private String trace() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            lines.append(i % 3 == 2 ? 1_000 + i : i % 3).append('\n');
        }
        return Files.writeString(directory.resolve("small.trace"), lines).toString();
    }

    @Test
    void simulatesATraceAndItsPeers() throws IOException {
        assertThat(run("simulate", "--trace", trace(), "--entries", "200")).isZero();
        assertThat(out.toString())
                .contains("Cachee")
                .contains("LRU")
                .contains("S3-FIFO")
                .contains("SIEVE")
                .contains("Caffeine")
                .containsPattern("OPT +66\\.60 +66\\.60");
    }

    @Test
    void simulatesByMemoryToo() throws IOException {
        assertThat(run("simulate", "--trace", trace(), "--memory", "1mb", "--value-size", "2kb"))
                .isZero();
        assertThat(out.toString()).contains("in a region of 1.0 MiB");
    }

    @Test
    void drawsACurve() throws IOException {
        Path svg = directory.resolve("curve.svg");
        assertThat(run("simulate", "--trace", trace(), "--curve", "--svg", svg.toString()))
                .isZero();
        assertThat(Files.readString(svg)).startsWith("<svg").contains("</svg>");
        assertThat(out.toString()).contains("capacity").contains("Caffeine").contains("100.00");
    }

    @Test
    void asksForWhatIsMissingAndRefusesWhatIsWrong() throws IOException {
        String trace = trace();
        assertThat(run("simulate")).isEqualTo(2);
        assertThat(run("simulate", "--trace", trace)).isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--memory", "1mb", "--entries", "9"))
                .isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--memory", "12 parsecs")).isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--memory", "1kb")).isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--entries", "200", "--eviction", "magic"))
                .isEqualTo(2);
        assertThat(run(
                        "simulate",
                        "--all",
                        "--traces",
                        directory.resolve("absent").toString()))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--memory SIZE, --entries N or --curve is needed")
                .contains("exclude each other")
                .contains("12 parsecs")
                .contains("--memory 1024 is outside 1mb..64gb")
                .contains("unknown eviction policy 'magic'")
                .contains("there is no folder")
                .contains("cachee simulate --help");
    }

    @Test
    void refusesOptionsThatDoNotGoTogether() throws IOException {
        String trace = trace();
        assertThat(run("simulate", "--all", "--trace", trace)).isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--entries", "50", "--svg", "x.svg"))
                .isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--entries", "50", "--shares", "1"))
                .isEqualTo(2);
        assertThat(run("simulate", "--all", "--shares", "0,5")).isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--entries", "49")).isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--entries", "50", "--value-size", "10"))
                .isEqualTo(2);
        assertThat(run("simulate", "--trace", trace, "--entries", "50", "--format", "xml"))
                .isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("the smallest has 1 MiB").contains("--svg goes with --curve");
    }

    @Test
    void saysWhichLineOfATraceIsWrong() throws IOException {
        Path bad = Files.writeString(directory.resolve("bad.trace"), "1\n2\nx7\n");
        assertThat(run("simulate", "--trace", bad.toString(), "--entries", "50"))
                .isEqualTo(1);
        assertThat(err.toString()).contains(bad + ":3: ").contains("'x7'").doesNotContain("\tat ");
        assertThat(run("simulate", "--trace", directory.resolve("absent").toString(), "--entries", "50"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("absent: there is no such file");
    }

    @Test
    void writesTablesForPrograms() throws IOException {
        assertThat(run("simulate", "--trace", trace(), "--memory", "1mb", "--format", "csv"))
                .isZero();
        assertThat(out.toString().lines())
                .startsWith("policy,hit_ratio_%,byte_hit_ratio_%", "Cachee,66.60,66.60")
                .hasSize(7);
    }

    @Test
    void judgesAllTracesOfAFolder() throws IOException {
        trace();
        assertThat(run("simulate", "--all", "--traces", directory.toString(), "--shares", "10"))
                .isZero();
        assertThat(out.toString())
                .containsPattern("small +100 +66\\.60")
                .contains("mean of all")
                .contains("HOLDS  no row is more than 1.5 below Caffeine")
                .contains("HOLDS  no row is more than 1.5 below LRU");
    }

    @Test
    void everyCommandExplainsItself() {
        assertThat(run("simulate", "--help")).isZero();
        assertThat(run("inspect", "--help")).isZero();
        assertThat(out.toString()).contains("--value-size", "--shares", "--keys", "Examples:");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void listsKeysAsTextAndAsJson() throws IOException {
        Path file = directory.resolve("store");
        try (Store store = Store.open(StoreOptions.maxMemory(1 << 20).file(file))) {
            store.put("plain".getBytes(UTF_8), new byte[100]);
            byte[] odd = {'"', 0, '\\'};
            store.put(odd, 0, odd.length, new byte[5000], 0, 5000, 60_000, PutMode.ALWAYS);
            assertThat(run("inspect", "--keys", "9", file.toString())).isZero();
            assertThat(out.toString())
                    .contains("plain  100 bytes, no expiry")
                    .containsPattern("\"\\\\x00\\\\x5c {2}5,000 bytes, expires in ");
            assertThat(run("inspect", "--keys", "9", "--format", "json", file.toString()))
                    .isZero();
            assertThat(out.toString())
                    .contains("{\"key\": \"plain\", \"value_bytes\": 100, \"ttl_millis\": null}")
                    .contains("\"key\": \"\\\"\\\\x00\\\\x5c\", \"value_bytes\": 5000")
                    .contains("\"state\": \"ready\"");
        }
        assertThat(run("inspect", "--keys", "-1", file.toString())).isEqualTo(2);
    }

    @Test
    void inspectsALiveStoreAndAnAbandonedOne() throws IOException {
        Path file = directory.resolve("store");
        try (Store store = Store.open(StoreOptions.maxMemory(1 << 20).file(file))) {
            for (int i = 0; i < 50; i++) {
                store.put(("key" + i).getBytes(UTF_8), new byte[100]);
            }
            assertThat(run("inspect", file.toString())).isZero();
            assertThat(out.toString()).contains("alive").contains("ready").contains("1.0 MiB");
            Files.copy(file, directory.resolve("copy"));
        }
        assertThat(run("inspect", directory.resolve("copy").toString())).isZero();
        assertThat(out.toString()).contains("its clock stands still");
    }

    @Test
    void saysWhyAFileCannotBeInspected() throws IOException {
        Path text = Files.write(directory.resolve("text"), new byte[2 << 20]);
        assertThat(run("inspect", text.toString())).isEqualTo(1);
        assertThat(run("inspect", directory.resolve("absent").toString())).isEqualTo(1);
        assertThat(run("inspect", directory.toString())).isEqualTo(1);
        assertThat(run("inspect")).isEqualTo(2);
        assertThat(err.toString()).contains("NOT_READY").contains("ABSENT").contains("not a regular file");
    }

    @Test
    void readsSizes() {
        assertThat(MemorySize.parse("4096")).isEqualTo(4_096);
        assertThat(MemorySize.parse("64kb")).isEqualTo(64L << 10);
        assertThat(MemorySize.parse("256MB")).isEqualTo(256L << 20);
        assertThat(MemorySize.parse("2g")).isEqualTo(2L << 30);
        for (String wrong : new String[] {"", "mb", "-1", "1.5gb", "1tb", "1 gb", "999999999999999gb"}) {
            assertThatThrownBy(() -> MemorySize.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void helpIsACommandToo() {
        assertThat(run("help", "inspect")).isZero();
        assertThat(out.toString()).startsWith("Usage: cachee inspect ");
        assertThat(run("help", "start")).isZero();
        assertThat(out.toString()).contains("Usage: cachee start [FLAGS]");
        assertThat(run("help")).isZero();
        assertThat(out.toString()).contains("Usage: cachee ", "Shows the help of a command.");
        assertThat(run("help", "nonsense")).isEqualTo(2);
        assertThat(err.toString()).contains("unknown command 'nonsense'");
    }

    @Test
    void inspectsTheDirectoryThatStartTakes() throws IOException {
        try (Store store = Store.open(StoreOptions.maxMemory(1 << 20).file(directory.resolve("cachee.shm")))) {
            store.put("k".getBytes(UTF_8), "v".getBytes(UTF_8));
            assertThat(run("inspect", directory.toString())).as(err.toString()).isZero();
        }
    }

    @Test
    void saysThatTheDirectoryOfAStoreDoesNotExist() {
        assertThatThrownBy(() -> Store.open(StoreOptions.maxMemory(1 << 20).file(directory.resolve("no/x.shm"))))
                .hasMessageContaining("its directory " + directory.resolve("no") + " does not exist")
                .hasMessageNotContaining("Exception");
    }
}
