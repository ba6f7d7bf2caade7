package io.cachee.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class CacheeTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpShowsHowToUseIt() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: cachee");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void versionNamesCacheeAndTheJavaItRunsOn() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("cachee ").contains("Java " + Runtime.version());
    }

    @Test
    void refusesAnUnknownCommandByName() {
        assertThat(run("strat", "--port", "6380")).isEqualTo(2);
        assertThat(err.toString()).contains("unknown command 'strat'").contains("cachee --help");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void refusesAnUnknownOptionByName() {
        assertThat(run("--prot=6380")).isEqualTo(2);
        assertThat(err.toString()).contains("'--prot=6380'");
    }

    @Test
    void asksForACommandWhenNoneIsGiven() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("Missing command");
    }

    private int run(String... args) {
        return RootCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
