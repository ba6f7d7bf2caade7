package io.cachee.server.cli;

import io.cachee.server.load.LoadGenerator;
import io.cachee.server.load.LoadPlan;
import io.cachee.server.load.LoadResult;
import io.cachee.server.load.LoadSummary;
import io.cachee.server.load.TargetServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code cachee bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Puts a load of GETs and SETs on a server that speaks RESP, and prints what it made of it.",
            "With --against, the same load goes to a peer in turn, round by round, and the ratio is printed. Of each"
                    + " figure the median over the rounds counts."
        },
        footer = {
            "",
            "Examples:",
            "  cachee bench --pipeline 16 --against 127.0.0.1:6379",
            "  cachee bench --target /var/run/cachee/cachee.sock --clients 1 --against /var/run/redis.sock",
            "  cachee bench --rate 50000 --against 127.0.0.1:6379     latency at a given rate (open loop)"
        })
final class BenchCommand implements Callable<Integer> {
    private static final List<String> COLUMNS =
            List.of("server", "requests/s", "p50 us", "p99 us", "p99.9 us", "max us", "CPU us", "errors");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--against", paramLabel = "HOST:PORT|PATH", description = "A peer to compare it with.")
    private @Nullable String against;

    @Option(names = "--clients", paramLabel = "N", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}")
    private int clients;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that drive the clients. Default: ${DEFAULT-VALUE}")
    private int threads;

    @Option(
            names = "--pipeline",
            paramLabel = "N",
            defaultValue = "1",
            description = "Requests sent at once. Default: ${DEFAULT-VALUE}")
    private int pipeline;

    @Option(
            names = "--reads",
            paramLabel = "PERCENT",
            defaultValue = "90",
            description = "Share of GETs; the others are SETs. Default: ${DEFAULT-VALUE}")
    private int reads;

    @Option(names = "--keys", paramLabel = "N", defaultValue = "100000", description = "Default: ${DEFAULT-VALUE}")
    private int keys;

    @Option(
            names = "--skew",
            paramLabel = "S",
            defaultValue = "0.99",
            description = "Keys are drawn by Zipf's law with this exponent; 0 draws all alike. Default:"
                    + " ${DEFAULT-VALUE}")
    private double skew;

    @Option(
            names = "--value-size",
            paramLabel = "BYTES",
            defaultValue = "100",
            description = {"Default: ${DEFAULT-VALUE}"})
    private int valueSize;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Requests a second, sent when they are due whether or not earlier ones are answered (open"
                    + " loop). Default: as many as get answered (closed loop)")
    private long rate;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = {"Length of a round. Default: ${DEFAULT-VALUE}"})
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "2",
            description = {"Seconds of load before each round. Default: ${DEFAULT-VALUE}"})
    private double warmUp;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Override
    public Integer call() throws IOException {
        checkValues();
        LoadPlan plan = LoadPlan.builder()
                .clients(clients)
                .threads(threads)
                .pipeline(pipeline)
                .readPercent(reads)
                .keys(keys)
                .skew(skew)
                .valueBytes(valueSize)
                .ratePerSecond(rate)
                .seconds(seconds)
                .warmUpSeconds(warmUp)
                .build();
        List<TargetServer> targets = new ArrayList<>();
        try {
            targets.add(server.target());
            if (against != null) {
                targets.add(TargetServer.parse(against, server.secret()));
            }
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            compare(plan, targets, out);
            return 0;
        } catch (IOException unreachable) {
            spec.commandLine().getErr().println("cachee bench: " + unreachable.getMessage());
            return 1;
        }
    }

    private void checkValues() {
        check(clients >= 1 && clients <= 10_000, "--clients: 1 to 10000");
        check(threads >= 1 && threads <= 64, "--threads: 1 to 64");
        check(pipeline >= 1 && pipeline <= 10_000, "--pipeline: 1 to 10000");
        check(reads >= 0 && reads <= 100, "--reads: 0 to 100");
        check(keys >= 1 && keys <= 100_000_000, "--keys: 1 to 100000000");
        check(valueSize >= 0 && valueSize <= 16 << 20, "--value-size: 0 to 16777216");
        check(skew >= 0 && skew <= 10, "--skew: 0 to 10");
        check(rate >= 0 && rate <= 100_000_000, "--rate: 0 to 100000000");
        check(seconds >= 0.1 && seconds <= 86_400, "--seconds: 0.1 to 86400");
        check(warmUp >= 0 && warmUp <= 86_400, "--warm-up: 0 to 86400");
        check(rounds >= 1 && rounds <= 100, "--rounds: 1 to 100");
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private void compare(LoadPlan plan, List<TargetServer> targets, PrintWriter out) throws IOException {
        LoadGenerator generator = new LoadGenerator(plan);
        List<List<LoadResult>> results = new ArrayList<>();
        for (TargetServer each : targets) {
            generator.fill(each);
            results.add(new ArrayList<>());
        }
        out.printf(
                Locale.ROOT,
                "%d clients, pipeline %d, %d %% reads, %d keys (skew %.2f), %d-byte values, %s%n",
                plan.clients(),
                plan.pipeline(),
                plan.readPercent(),
                plan.keys(),
                plan.skew(),
                plan.valueBytes(),
                plan.ratePerSecond() == 0 ? "closed loop" : plan.ratePerSecond() + " requests a second");
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < targets.size(); i++) {
                int turn = (i + round) % targets.size();
                results.get(turn).add(generator.run(targets.get(turn)));
            }
        }
        List<LoadSummary> medians = results.stream().map(LoadSummary::of).toList();
        TextTable table = new TextTable(out, TextTable.Format.TABLE, 1, COLUMNS, 24, 12, 9, 9, 9, 9);
        table.header();
        for (int i = 0; i < targets.size(); i++) {
            row(table, targets.get(i).name(), medians.get(i));
        }
        if (targets.size() == 2) {
            ratios(table, medians.get(0), medians.get(1));
        }
    }

    private static void row(TextTable table, String name, LoadSummary result) {
        table.row(
                name,
                format("%,.0f", result.perSecond()),
                format("%.1f", result.micros(50)),
                format("%.1f", result.micros(99)),
                format("%.1f", result.micros(99.9)),
                format("%.1f", result.micros(100)),
                format("%.2f", result.cpuMicros()),
                String.valueOf(result.failures()));
    }

    private static void ratios(TextTable table, LoadSummary ours, LoadSummary theirs) {
        table.row(
                "ratio",
                format("%.2f", ours.perSecond() / theirs.perSecond()),
                format("%.2f", ours.micros(50) / theirs.micros(50)),
                format("%.2f", ours.micros(99) / theirs.micros(99)),
                format("%.2f", ours.micros(99.9) / theirs.micros(99.9)),
                format("%.2f", ours.micros(100) / theirs.micros(100)),
                theirs.cpuMicros() == 0 ? "" : format("%.2f", ours.cpuMicros() / theirs.cpuMicros()),
                "");
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
