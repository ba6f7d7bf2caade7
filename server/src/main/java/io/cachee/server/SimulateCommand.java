package io.cachee.server;

import io.cachee.simulate.Comparison;
import io.cachee.simulate.Curve;
import io.cachee.simulate.CurvePlot;
import io.cachee.simulate.Score;
import io.cachee.simulate.Setup;
import io.cachee.simulate.Trace;
import io.cachee.simulate.TraceSet;
import io.cachee.store.Eviction;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code cachee simulate}: what hit ratio a cache would have, beside that of others. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Replays a trace of requests through the store, and through other policies that have room for the same"
                    + " bytes of keys and values, and prints the hit ratios.",
            "A trace has one request a line, 'key' or 'key,size_in_bytes', and may be compressed by gzip."
        })
final class SimulateCommand implements Callable<Integer> {
    private static final List<Double> SHARES = List.of(1.0, 5.0, 20.0);
    private static final long ENOUGH_ENTRIES = 1_000;
    private static final double MEAN_BAR = 0.5;
    private static final double ROW_BAR = 1.5;

    @Spec
    private CommandSpec spec;

    @Option(names = "--trace", paramLabel = "FILE", description = "the trace to replay")
    private @Nullable Path trace;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "the size of the store, as --max-memory of 'cachee start': 64mb, 1gb")
    private @Nullable Long memory;

    @Option(names = "--entries", paramLabel = "N", description = "or: as large as it must be to hold so many entries")
    private @Nullable Long entries;

    @Option(
            names = "--value-size",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "the size of all values; default: what the trace says, or one that suits the capacity")
    private @Nullable Long valueSize;

    @Option(
            names = "--eviction",
            paramLabel = "POLICY",
            defaultValue = "cachee-lfu",
            description = "the store's policy: cachee-lfu (default), lru, fifo")
    private String eviction = "cachee-lfu";

    @Option(names = "--curve", description = "print the miss ratio at a dozen capacities instead")
    private boolean curve;

    @Option(names = "--svg", paramLabel = "FILE", description = "with --curve: draw it, too")
    private @Nullable Path svg;

    @Option(names = "--all", description = "replay every trace of a folder at 1, 5 and 20 %% of its unique keys")
    private boolean all;

    @Option(
            names = "--traces",
            paramLabel = "DIR",
            defaultValue = "../shared/traces",
            description = "with --all: the folder (default: ${DEFAULT-VALUE})")
    private Path traces = Path.of("../shared/traces");

    @Override
    public Integer call() throws IOException {
        try {
            Eviction policy = Eviction.named(eviction);
            if (all) {
                return replayAll(policy);
            }
            if (trace == null) {
                throw wrong("Missing option: --trace FILE (or --all)");
            }
            if (!Files.isReadable(trace)) {
                throw wrong("cannot read trace " + trace);
            }
            return curve ? drawCurve(Trace.read(trace), policy) : replay(Trace.read(trace), policy);
        } catch (IllegalArgumentException problem) {
            throw wrong(String.valueOf(problem.getMessage()));
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private int replay(Trace requests, Eviction policy) {
        if (memory != null && entries != null) {
            throw wrong("--memory and --entries contradict each other");
        }
        Setup.Capacity capacity = capacity();
        long size = valueSize == null ? Setup.AS_TRACED : valueSize;
        Comparison comparison = Comparison.run(new Setup(requests, policy, capacity, size));
        PrintWriter out = out();
        out.printf(
                Locale.ROOT,
                "%s: %,d requests for %,d keys%n",
                requests.name(),
                requests.length(),
                requests.uniqueKeys());
        out.printf("%-12s %10s %10s%n", "policy", "object %", "byte %");
        for (Score score : comparison.scores()) {
            out.printf(
                    Locale.ROOT, "%-12s %10.2f %10.2f%n", score.policy(), score.hitPercent(), score.byteHitPercent());
        }
        explain(comparison);
        out.flush();
        return 0;
    }

    private Setup.Capacity capacity() {
        if (memory != null) {
            return new Setup.Memory(memory);
        }
        if (entries != null) {
            return new Setup.Entries(entries);
        }
        throw wrong("Missing option: --memory SIZE or --entries N");
    }

    private void explain(Comparison comparison) {
        PrintWriter out = out();
        out.printf(
                Locale.ROOT,
                "The store: a region of %s, %s",
                ByteSize.format(comparison.regionBytes()),
                comparison.full()
                        ? String.format(
                                Locale.ROOT,
                                "holding %,.0f entries and %,.0f bytes of keys and values on average once it was"
                                        + " full.%n",
                                comparison.heldEntries(),
                                comparison.heldPayloadBytes())
                        : "never full.%n".formatted());
        out.printf(
                Locale.ROOT,
                "The others: room for %,d bytes of keys and values%s.%n",
                comparison.peerPayloadBytes(),
                comparison.peerEntries() > 0
                        ? String.format(Locale.ROOT, ", %,d entries", comparison.peerEntries())
                        : "");
        if (comparison.uniformValueBytes() == Setup.AS_TRACED) {
            out.println("OPT is an approximation where sizes differ: it evicts what is used again last.");
        }
        if (comparison.tooLarge() > 0) {
            out.printf(Locale.ROOT, "%,d requests were for values too large for the store.%n", comparison.tooLarge());
        }
    }

    private int drawCurve(Trace requests, Eviction policy) throws IOException {
        PrintWriter out = out();
        out.printf("%-16s %9s %10s %10s %10s %10s%n", "capacity", "share %", "Cachee", "LRU", "Caffeine", "OPT");
        Curve drawn = Curve.of(requests, policy, valueSize != null, point -> {
            StringBuilder line = new StringBuilder();
            line.append(String.format(Locale.ROOT, "%-16d %9.2f", point.capacity(), point.sharePercent()));
            point.missPercent().forEach(miss -> line.append(String.format(Locale.ROOT, " %10.2f", miss)));
            out.println(line);
            out.flush();
        });
        out.printf(
                "Capacity in %s; figures are misses in percent of requests.%n",
                drawn.unit() == Curve.Unit.ENTRIES ? "entries" : "bytes of keys and values");
        if (svg != null) {
            Files.writeString(svg, CurvePlot.svg(drawn));
            out.println("Drawn in " + svg);
        }
        out.flush();
        return 0;
    }

    /** One row of the table over all traces. */
    private record Row(long entries, Comparison comparison) {
        double of(String policy) {
            return comparison.of(policy).hitPercent();
        }

        double cachee() {
            return comparison.cachee().hitPercent();
        }

        /** How far the store is above the better of Caffeine and LRU. */
        double margin() {
            return cachee() - Math.max(of("LRU"), of("Caffeine"));
        }
    }

    private int replayAll(Eviction policy) throws IOException {
        if (!Files.isDirectory(traces)) {
            throw wrong("there is no folder of traces at " + traces);
        }
        PrintWriter out = out();
        out.printf(
                "%-20s %8s %8s %8s %8s %8s %8s %8s %8s %7s%n",
                "trace", "entries", "LRU", "S3-FIFO", "SIEVE", "Caffeine", "OPT", "best of4", "Cachee", "diff");
        List<Row> rows = new ArrayList<>();
        for (Path file : TraceSet.in(traces)) {
            Trace requests = Trace.read(file);
            for (long count : TraceSet.entries(requests, SHARES)) {
                Row row = new Row(
                        count, Comparison.run(new Setup(requests, policy, new Setup.Entries(count), Setup.AS_TRACED)));
                rows.add(row);
                print(requests.name(), row);
            }
        }
        conclude("all rows", rows);
        List<Row> large =
                rows.stream().filter(row -> row.entries >= ENOUGH_ENTRIES).toList();
        conclude("rows with 1,000 entries or more", large);
        judge(large);
        out.flush();
        return 0;
    }

    private void print(String name, Row row) {
        out().printf(
                        Locale.ROOT,
                        "%-20s %8d %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %+7.2f%n",
                        name,
                        row.entries,
                        row.of("LRU"),
                        row.of("S3-FIFO"),
                        row.of("SIEVE"),
                        row.of("Caffeine"),
                        row.of("OPT"),
                        row.comparison.bestPercent(),
                        row.cachee(),
                        row.cachee() - row.comparison.bestPercent());
        out().flush();
    }

    private void conclude(String what, List<Row> rows) {
        out().printf(
                        Locale.ROOT,
                        "mean of %d, %s: LRU %.2f, S3-FIFO %.2f, SIEVE %.2f, Caffeine %.2f, OPT %.2f, best of four"
                                + " %.2f, Cachee %.2f%n",
                        rows.size(),
                        what,
                        mean(rows, "LRU"),
                        mean(rows, "S3-FIFO"),
                        mean(rows, "SIEVE"),
                        mean(rows, "Caffeine"),
                        mean(rows, "OPT"),
                        rows.stream()
                                .mapToDouble(row -> row.comparison.bestPercent())
                                .average()
                                .orElse(0),
                        rows.stream().mapToDouble(Row::cachee).average().orElse(0));
    }

    private static double mean(List<Row> rows, String policy) {
        return rows.stream().mapToDouble(row -> row.of(policy)).average().orElse(0);
    }

    private void judge(List<Row> rows) {
        double difference = rows.stream()
                .mapToDouble(row -> row.cachee() - row.comparison.bestPercent())
                .average()
                .orElse(0);
        double worst = rows.stream().mapToDouble(Row::margin).min().orElse(0);
        out().printf(
                        Locale.ROOT,
                        "mean within %.1f of the best of four: %+.2f, %s%n",
                        MEAN_BAR,
                        difference,
                        difference >= -MEAN_BAR ? "holds" : "MISSED");
        out().printf(
                        Locale.ROOT,
                        "no row more than %.1f below Caffeine or LRU: the worst is %+.2f, %s%n",
                        ROW_BAR,
                        worst,
                        worst >= -ROW_BAR ? "holds" : "MISSED");
    }
}
