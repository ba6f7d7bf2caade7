package io.cachee.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.TestSidecar;
import io.cachee.testkit.RespClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
    @TempDir
    private Path directory = Path.of("");

    private static String bench(String... arguments) {
        List<String> all = new ArrayList<>(List.of("bench", "--clients", "4", "--keys", "500"));
        all.addAll(List.of("--seconds", "0.2", "--warm-up", "0.1", "--rounds", "1"));
        all.addAll(List.of(arguments));
        CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    /** The figures of a row: those of the server that is so called. */
    private static List<String> row(String out, String name) {
        return out.lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .map(line -> List.of(line.substring(name.length()).strip().split("\\s+", -1)))
                .orElseThrow(() -> new AssertionError("no row of " + name + ": " + out));
    }

    private static void assertServed(String out, String name) {
        List<String> figures = row(out, name);
        assertThat(Double.parseDouble(figures.getFirst().replace(",", "")))
                .as(out)
                .isPositive();
        assertThat(figures.getLast()).as("errors: " + out).isEqualTo("0");
    }

    @Test
    void measuresInAClosedAndInAnOpenLoop() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start()) {
            String target = "127.0.0.1:" + sidecar.port();
            String closed = bench("--target", target);
            assertThat(closed).contains("closed loop", "requests/s", "p99.9 us");
            assertServed(closed, target);
            assertServed(bench("--target", target, "--pipeline", "16", "--threads", "2", "--skew", "0"), target);
            String open = bench("--target", target, "--rate", "2000");
            assertThat(open).contains("2000 requests a second");
            assertServed(open, target);
            assertServed(bench("--target", target, "--reads", "0", "--value-size", "20000"), target);
            assertThat(sidecar.store().stats().entries()).isPositive();
        }
    }

    @Test
    void measuresOverAUnixSocketAndAgainstAPeer() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start(directory)) {
            String target = "127.0.0.1:" + sidecar.port();
            String socket = directory.resolve("cachee.sock").toString();
            String both = bench("--target", socket, "--against", target);
            assertServed(both, socket);
            assertServed(both, target);
            assertThat(Double.parseDouble(row(both, "ratio").getFirst())).isPositive();
        }
    }

    @Test
    void logsInWithThePassword() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            client.call("CONFIG", "SET", "requirepass", "right");
            String target = "127.0.0.1:" + sidecar.port();
            assertServed(bench("--target", target, "--password", "right"), target);
        }
    }

    @Test
    void refusesWrongArguments() {
        for (String wrong : new String[] {
            "--clients=0",
            "--threads=65",
            "--pipeline=0",
            "--reads=101",
            "--keys=0",
            "--keys=100000001",
            "--value-size=-1",
            "--rounds=0",
            "--rate=-1",
            "--skew=-1",
            "--skew=NaN",
            "--seconds=0",
            "--warm-up=-1",
            "--clients=x",
            "--colour=red",
            "--against=nonsense"
        }) {
            CommandLineRun run = CommandLineRun.of("bench", wrong);
            assertThat(run.exitCode()).as(wrong).isEqualTo(2);
            assertThat(run.err()).as(wrong).contains("cachee: ").contains("cachee bench --help");
        }
    }
}
